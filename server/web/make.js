// The tab that makes a form: the boxes that the server finds on a blank page are named, and become a form.json.

import { Refusal } from "./refusal.js";
import { boxOf, markBox, showBoxes } from "./boxes.js";
import { element } from "./elements.js";
import { learn } from "./make_client.js";
import { openings } from "./openings.js";
import { prepare } from "./picture.js";
import { about } from "./place.js";
import { save } from "./table.js";

const kinds = ["digits", "decimal", "date", "upper", "lower", "letters", "mixed", "text", "tick", "choice", "barcode", "signature", "picture", "table"];
const asTheyAre = 3_500_000;  // bytes of all pages together; larger ones are made smaller, for the server takes 4 MiB
const longestSide = 2500;     // pixels, of those
const step = 2;               // pixels that an arrow key moves a box
const smallest = 8;           // pixels

// Fires "form-made" on the document, with {layout, blank} as detail, when pages are to be read with the form.
// shown(any) is told whether there is a server to make one with.
export function followMaking(root, shown) {
  const find = (selector) => root.querySelector(selector);
  const svg = find(".leaf .boxes");
  let layout = null;
  let blank = null;

  function say(headline, advice, trouble = false) {
    find(".headline").textContent = headline;
    find(".advice").textContent = advice;
    root.classList.toggle("trouble", trouble);
  }

  const inputs = () => [...root.querySelectorAll(".entries .field-name")];

  function tell(remarks = []) {
    const names = layout.fields.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    const bad = names.find((name) => name === "" || /[[\]]/.test(name));
    const trouble = twice !== undefined ? `Two fields are called ${twice}.`
      : bad !== undefined ? "A name is missing, or has a bracket in it."
      : names.length === 0 ? "Draw a box on the page, or add a field." : "";
    for (const button of [".use", ".download", ".page-download"]) find(button).disabled = trouble !== "";
    say(`${names.length} ${names.length === 1 ? "field" : "fields"}`,
        trouble || [...remarks, "Name them: Enter goes on, a pasted list names all that follow."].join(" "), trouble !== "");
  }

  function frames(marked = -1) {
    showBoxes(svg, layout.page, layout.fields.map(boxOf), layout.fields.map(() => false), (i) => inputs()[i].focus());
    if (marked >= 0) markBox(svg, marked);
  }

  function list() {
    find(".entries").replaceChildren(...layout.fields.map(entryOf));
    frames();
    tell();
  }

  function entryOf(field, i) {
    const name = element("input", "field-name");
    name.type = "text";
    name.value = field.name;
    name.autocomplete = "off";
    name.spellcheck = false;
    name.setAttribute("aria-label", `Name of field ${i + 1}`);
    name.setAttribute("aria-describedby", "make-help");
    const kind = element("select", "", ...kinds.map((each) => element("option", "", each)));
    kind.value = field.kind;
    kind.setAttribute("aria-label", `Kind of field ${i + 1}`);
    const cells = element("input", "cells");
    cells.type = "number";
    cells.min = 0;
    cells.max = 100;
    cells.value = Array.isArray(field.cells) ? field.cells.length : field.cells ?? 0;
    cells.disabled = Array.isArray(field.cells);
    cells.setAttribute("aria-label", `Cells of field ${i + 1}`);
    const remove = element("button", "copy", "Remove");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove field ${i + 1}`);

    name.addEventListener("focus", () => {
      name.select();
      markBox(svg, i);
    });
    name.addEventListener("input", () => {
      field.name = name.value.trim();
      tell();
    });
    name.addEventListener("paste", (event) => {
      const lines = event.clipboardData.getData("text").split(/[\r\n\t]+/).map((line) => line.trim()).filter(Boolean);
      if (lines.length < 2) return;
      event.preventDefault();
      lines.forEach((line, k) => {
        if (layout.fields[i + k]) layout.fields[i + k].name = line;
      });
      list();
      inputs()[Math.min(i + lines.length, layout.fields.length) - 1].focus();
    });
    name.addEventListener("keydown", (event) => {
      const arrow = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (event.key === "Enter") (inputs()[i + 1] ?? find(".use")).focus();
      else if (arrow && event.altKey) move(field, i, arrow, event.shiftKey);
      else return;
      event.preventDefault();
    });
    kind.addEventListener("change", () => (field.kind = kind.value));
    cells.addEventListener("change", () => {
      const count = Math.trunc(cells.valueAsNumber);
      if (count > 0) field.cells = count;
      else delete field.cells;
    });
    remove.addEventListener("click", () => {
      layout.fields.splice(i, 1);
      list();
      (inputs()[i] ?? inputs().at(-1) ?? find(".add")).focus();
    });
    return element("li", "", name, kind, cells, remove);
  }

  // The box moves as a whole, or by its lower right corner; cells that were found one by one move with it.
  function move(field, i, [x, y], corner) {
    if (!field.box || (corner && Array.isArray(field.cells))) return;
    if (corner) field.box = [...field.box.slice(0, 2), Math.max(smallest, field.box[2] + x), Math.max(smallest, field.box[3] + y)];
    else {
      const moved = (place) => place.map((value, k) => (k < 2 || place.length === 8 ? value + (k % 2 ? y : x) : value));
      field.box = moved(field.box);
      if (Array.isArray(field.cells)) {
        field.cells = field.cells.map((cell) => Array.isArray(cell) ? moved(cell)
          : { ...cell, ...(cell.box ? { box: moved(cell.box) } : { quad: moved(cell.quad) }) });
      }
    }
    frames(i);
  }

  function add(box) {
    let number = layout.fields.length + 1;
    const taken = (name) => layout.fields.some((field) => field.name === name);
    const called = () => `field${String(number).padStart(2, "0")}`;
    while (taken(called())) ++number;
    layout.fields.push({ name: called(), kind: "digits", box });
    list();
    inputs().at(-1).focus();
  }

  // Where a pointer is, in pixels of the page.
  function at({ clientX, clientY }) {
    const point = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
    const within = (value, most) => Math.round(Math.max(0, Math.min(most, value)));
    return [within(point.x, layout.page.width), within(point.y, layout.page.height)];
  }

  let start = null;
  svg.addEventListener("pointerdown", (event) => {
    if (!layout || event.target !== svg || event.pointerType === "touch") return;  // a finger scrolls
    start = at(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointerup", (event) => {
    if (!start) return;
    const end = at(event);
    const [left, top] = [0, 1].map((k) => Math.min(start[k], end[k]));
    const [width, height] = [0, 1].map((k) => Math.abs(start[k] - end[k]));
    start = null;
    if (width >= smallest && height >= smallest) add([left, top, width, height]);
  });
  svg.addEventListener("pointercancel", () => (start = null));

  async function open(files) {
    say("Looking for its boxes", "One moment.");
    try {
      const large = files.reduce((sum, file) => sum + file.size, 0) > asTheyAre;
      const pages = await Promise.all(files.map(async (file) =>
        large ? new File([(await prepare(file, longestSide)).blob], file.name) : file));
      const answer = await learn(pages, find("#make-name").value.trim() || "form");
      layout = answer.form;
      blank = blobOf(answer.picture);
      find(".leaf img").src = answer.picture;
      find(".leaf").style.setProperty("--aspect", `${layout.page.width} / ${layout.page.height}`);
      find(".page").hidden = find(".reading").hidden = false;
      list();
      tell(answer.remarks);
      (inputs()[0] ?? find(".add")).focus();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      say("No form was found", error.message || (error.kind === "offline" ? "The server is away." : "It could not be read."), true);
    }
  }

  // The form as it is to be saved: under the name that stands there now.
  function finished() {
    const name = find("#make-name").value.trim() || "form";
    return { ...layout, name, page: { ...layout.page, image: `${name}.png` } };
  }

  openings(root, find(".desk"), open, { several: true });
  find(".add").addEventListener("click", () => {
    const { width, height } = layout.page;
    add([Math.round(0.4 * width), Math.round(0.45 * height), Math.round(0.2 * width), Math.round(0.03 * height)]);
  });
  find(".download").addEventListener("click", () => save("form.json", JSON.stringify(finished(), null, 1), "application/json"));
  find(".page-download").addEventListener("click", () => save(finished().page.image, blank, "image/png"));
  find(".use").addEventListener("click", () =>
    document.dispatchEvent(new CustomEvent("form-made", { detail: { layout: finished(), blank } })));
  about.then(({ server }) => shown(server));
  say("No page yet", "Open, drop or paste a blank page, or three or more that are filled in.");
}

// The page's policy lets fetch() ask the server alone, and no data URL.
function blobOf(dataUrl) {
  const bytes = Uint8Array.from(atob(dataUrl.split(",")[1]), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: "image/png" });
}
