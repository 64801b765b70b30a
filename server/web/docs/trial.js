// A form that sends a request as openapi.json describes it, and shows the answer and the same request for curl.

import { element } from "../elements.js";

function control(field) {
  if (!field.schema.enum) {
    const input = element("input");
    input.type = field.schema.contentMediaType ? "file" : "text";
    return input;
  }
  const select = element("select", "", element("option", ""));
  select.append(...field.schema.enum.map((value) => element("option", "", value)));
  return select;
}

const valueOf = (input) => (input.type === "file" ? input.files[0] : input.value);
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// The request that the filled-in controls ask for: {address, form, curl}.
function request(path, entries) {
  const query = new URLSearchParams();
  const form = new FormData();
  const parts = [];
  for (const { field, input } of entries) {
    const value = valueOf(input);
    if (!value) continue;
    if (field.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(value));
    else if (field.in === "query") query.append(field.name, value);
    else if (field.in === "form") {
      form.append(field.name, value);
      parts.push(`-F ${quote(`${field.name}=${input.type === "file" ? `@${value.name}` : value}`)}`);
    }
  }
  const address = query.size > 0 || String(query) ? `${path}?${query}` : path;
  return { address, form, curl: ["curl", ...parts, quote(location.origin + address)].join(" ") };
}

async function textOf(answer) {
  const text = await answer.text();
  if (!/json/.test(answer.headers.get("Content-Type"))) return text;
  return JSON.stringify(JSON.parse(text), null, 1);
}

export function trial(path, method, fields) {
  const entries = fields.map((field) => ({ field, input: control(field) }));
  const send = element("button", "retry", "Send");
  const output = element("pre", "output");
  output.tabIndex = 0;
  output.setAttribute("aria-label", "Request and answer");
  output.hidden = true;
  const form = element("form", "trial", ...entries.map(({ field, input }) => element("label", "", `${field.name} `, input)), send);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = request(path, entries);
    output.hidden = false;
    output.textContent = `$ ${asked.curl}\n`;
    try {
      const answer = await fetch(asked.address, { method: method.toUpperCase(), ...(method === "get" ? {} : { body: asked.form }) });
      output.textContent += `${answer.status} ${answer.statusText}\n${await textOf(answer)}`;
    } catch (error) {
      output.textContent += `no answer: ${error.message}`;
    }
  });
  return element("details", "", element("summary", "", "Try it"), form, output);
}
