// A page with its fields framed, and what was read in each, to be accepted or typed anew.

import { boxOf, markBox, showBoxes } from "./boxes.js";
import { percent } from "./confidence.js";
import { element } from "./elements.js";

// changed(): an entry was accepted or corrected; finished(): nothing on this page is left to look at.
export function showReading(root, page, { changed, finished }) {
  const find = (selector) => root.querySelector(selector);
  const { width, height } = page.layout.page;
  const names = page.fields.map(([name]) => name);
  const boxes = names.map((name) => boxOf(page.layout.fields.find((field) => field.name === name)));
  const inputs = [];

  find("#form-page").textContent = page.name;
  find(".leaf img").src = page.answer.picture ?? "";
  find(".leaf").style.setProperty("--aspect", `${width} / ${height}`);
  const frames = () => {
    const doubtful = page.doubtful;
    showBoxes(find(".leaf .boxes"), { width, height }, boxes, names.map((name) => doubtful.includes(name)),
              (i) => inputs[i].focus());
  };

  find(".entries").replaceChildren(...page.fields.map(([name, field], i) => {
    const input = element("input");
    const note = element("span", "note");
    const item = element("li", "", element("label", "", element("span", "name", name), input), note);
    const id = `entry-${i}`;
    note.id = `${id}-note`;
    input.type = "text";
    input.value = page.textOf(name);
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("aria-describedby", note.id);
    inputs.push(input);

    const mark = () => {
      item.className = page.doubtful.includes(name) ? "doubtful" : page.isSettled(name) ? "settled" : "";
      note.textContent = noteOf(page, name, field);
    };
    const settle = () => {
      page.settle(name, input.value.trim());
      mark();
      frames();
      markBox(find(".leaf .boxes"), i);
      changed();
    };
    input.addEventListener("focus", () => {
      input.select();
      markBox(find(".leaf .boxes"), i);
    });
    input.addEventListener("change", () => input.value.trim() !== page.textOf(name) && settle());
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      settle();
      const left = names.findIndex((other, j) => j > i && page.doubtful.includes(other));
      const next = left >= 0 ? left : names.findIndex((other) => page.doubtful.includes(other));
      if (next >= 0) inputs[next].focus();
      else finished();
    });
    mark();
    return item;
  }));
  find(".rules").replaceChildren(...page.answer.rules.filter(({ holds }) => holds === false).map(({ rule, reason }) =>
    element("li", "", `Does not hold: ${rule}${reason ? ` (${reason})` : ""}`)));
  frames();
}

function noteOf(page, name, { text, status, confidence, reason }) {
  if (page.isCorrected(name)) return `typed by you; it read ${text || "nothing"}`;
  if (page.isSettled(name)) return "accepted by you";
  if (status === "doubtful") return `look at it: ${reason || `${percent(confidence)} sure`}`;
  return status === "read" ? `${percent(confidence)} sure` : status;
}
