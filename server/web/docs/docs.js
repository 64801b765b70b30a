// The page /docs: what openapi.json says, as text, with a form for each operation to try it.

import { element } from "../elements.js";
import { describe, fieldsOf, resolver } from "./schema.js";
import { trial } from "./trial.js";

function table(headings, rows) {
  const row = (tag, cells) => element("tr", "", ...cells.map((cell) => element(tag, "", cell)));
  const region = element("div", "table", element("table", "",
    element("thead", "", row("th", headings)), element("tbody", "", ...rows.map((cells) => row("td", cells)))));
  region.tabIndex = 0;  // on a narrow screen it scrolls: the keyboard must reach it
  return region;
}

const code = (text) => element("code", "", text);

// Each under its name, for an answer is one of them.
function alternatives(schemas, resolve) {
  return element("div", "", ...schemas.map((schema) => {
    const name = schema.$ref?.split("/").at(-1) ?? describe(schema, resolve);
    return element("details", "", element("summary", "", `as ${name}`), structure(schema, resolve));
  }));
}

// The fields of an object as a list, those of its parts folded away below it.
function structure(schema, resolve) {
  const { properties = {}, required = [], items, allOf, oneOf } = resolve(schema);
  if (items) return structure(items, resolve);
  if (allOf) return element("div", "", ...allOf.map((part) => structure(part, resolve)));
  if (oneOf) return alternatives(oneOf, resolve);
  const rows = Object.entries(properties).map(([name, given]) => {
    const property = resolve(given);
    const row = element("li", "", code(name), ` ${describe(property, resolve)}`,
                        required.includes(name) ? "" : ", not always", property.description ? `. ${property.description}` : "");
    const inner = structure(property, resolve);
    if (inner.childElementCount > 0) row.append(element("details", "", element("summary", "", `parts of ${name}`), inner));
    return row;
  });
  return element("ul", "fields", ...rows);
}

function answers(responses, resolve) {
  return Object.entries(responses).map(([status, given]) => {
    const { description, content = {} } = resolve(given);
    const [type, media] = Object.entries(content)[0] ?? ["", {}];
    const parts = media.schema ? structure(media.schema, resolve) : element("ul");
    const title = [code(status), ` ${description}`, type ? element("span", "type", ` ${type}`) : ""];
    return parts.childElementCount > 0 ? element("details", "answer-kind", element("summary", "", ...title), parts)
                                       : element("p", "answer-kind", ...title);
  });
}

function operation(path, method, described, resolve) {
  const section = element("section", "operation");
  section.id = described.operationId;
  const title = element("h2", "", element("span", "method", method.toUpperCase()), " ", code(path), ` ${described.summary ?? ""}`);
  section.append(title);
  if (described.description) section.append(element("p", "", described.description));
  const fields = fieldsOf(described, resolve);
  if (fields.length > 0) {
    section.append(table(["Name", "In", "What", "If left out"], fields.map((field) => [
      code(field.name), field.in, `${describe(field.schema, resolve)}. ${field.description}`,
      field.required ? "an error" : field.schema.default === undefined || field.schema.default === "" ? "" : code(String(field.schema.default)),
    ])));
  }
  section.append(element("h3", "", "Answers"), ...answers(described.responses, resolve), trial(path, method, fields));
  return section;
}

async function show() {
  const page = document.querySelector("main");
  const answer = await fetch("/openapi.json");
  const openapi = await answer.json();
  const resolve = resolver(openapi);
  const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operation(path, method, described, resolve)));
  page.append(element("p", "", `${openapi.info.summary} ${openapi.info.description}`), ...operations);
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

show().catch((error) => document.querySelector("main").append(element("p", "", `openapi.json could not be read: ${error.message}`)));
