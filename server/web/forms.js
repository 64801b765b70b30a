// The third tab: pages of a form are read, looked over, corrected, and saved as a table.

import { formOf, listForms, readPage, Refusal } from "./api.js";
import { element } from "./elements.js";
import { FormPage } from "./form_page.js";
import { openings } from "./openings.js";
import { prepare } from "./picture.js";
import { readMadePage } from "./make_client.js";
import { showReading } from "./form_reading.js";
import { save, tableOf } from "./table.js";

const asTheyAre = 3_500_000;  // bytes; larger pages are made smaller, for the server takes 4 MiB
const longestSide = 3000;     // pixels, of those

// shown(any) is told whether there are forms at all.
export function followForms(root, shown) {
  const find = (selector) => root.querySelector(selector);
  const choice = find("#form-choice");
  const made = new Map();  // forms that were made on this page, by their values in the choice
  let layout = null;       // the chosen form's
  let pages = [];
  let current = null;

  function say(headline, advice, trouble = false) {
    find(".headline").textContent = headline;
    find(".advice").textContent = advice;
    root.classList.toggle("trouble", trouble);
  }

  function tell() {
    const waiting = pages.filter((page) => page.waits).length;
    const doubtful = pages.reduce((sum, page) => sum + page.doubtful.length, 0);
    const refused = pages.filter((page) => page.problem).length;
    find(".table").disabled = !pages.some((page) => page.answer);
    if (pages.length === 0) return say("No page read yet", "Open, drop or paste pictures of filled-in pages.");
    if (waiting > 0) return say(`Reading ${pages.length - waiting + 1} of ${pages.length}`, "One moment.");
    const advice = [doubtful > 0 ? `${many(doubtful, "entry", "entries")} to look at: Enter accepts, typing replaces.`
                                 : "Nothing is doubtful.",
                    refused > 0 ? `${many(refused, "page")} could not be read.` : ""];
    say(`${many(pages.length - refused, "page")} read`, advice.filter(Boolean).join(" "), refused > 0);
  }

  function list() {
    find(".pages").replaceChildren(...pages.map((page) => {
      const button = element("button", page.state, element("span", "name", page.name), ` ${page.summary}`);
      button.type = "button";
      button.disabled = page.waits;
      if (page === current) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => open(page));
      return element("li", "", button);
    }));
    tell();
  }

  function open(page) {
    current = page;
    const readable = Boolean(page?.answer);
    find(".page").hidden = find(".reading").hidden = !readable;
    if (readable) showReading(root, page, { changed: list, finished: () => openNext(page) });
    list();
  }

  // The next page that has something to look at, with its first doubtful entry ready to be typed over.
  function openNext(page) {
    const at = pages.indexOf(page);
    const next = [...pages.slice(at + 1), ...pages.slice(0, at)].find((other) => other.doubtful.length > 0);
    if (!next) return find(".table").focus();
    open(next);
    root.querySelector(".entries .doubtful input")?.focus();
  }

  async function read(files) {
    if (!layout) return;
    const form = layout;
    const own = made.get(choice.value);
    const room = asTheyAre - (own?.blank.size ?? 0);
    const added = [...files].map((file) => new FormPage(file.name, form));
    pages.push(...added);
    list();
    for (const [i, page] of added.entries()) {
      try {
        const small = files[i].size <= room ? files[i] : (await prepare(files[i], longestSide)).blob;
        page.take(await (own ? readMadePage(own, small, page.name) : readPage(form.name, small, page.name)));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        page.refuse(error);
      }
      if (form !== layout) return;  // another form was chosen meanwhile
      if (!current && page.answer) open(page);
      else list();
    }
  }

  async function choose() {
    pages = [];
    layout = null;
    open(null);
    const name = choice.value;
    const chosen = made.get(name)?.layout ?? (name ? await formOf(name) : null);
    if (name === choice.value) layout = chosen;  // else another was chosen meanwhile
  }

  async function load() {
    const { forms } = await listForms().catch(() => ({ forms: [] }));
    choice.replaceChildren(...forms.map(({ name, edition }) => optionOf(name, edition ? `${name}, ${edition}` : name)));
    for (const [value, { layout: { name } }] of made) choice.append(optionOf(value, `${name}, made here`));
    await choose();
    shown(choice.options.length > 0);
  }

  document.addEventListener("form-made", async ({ detail }) => {
    const value = `made/${detail.layout.name}`;  // no form of the server is called so
    if (!made.has(value)) choice.append(optionOf(value, `${detail.layout.name}, made here`));
    made.set(value, detail);
    choice.value = value;
    await choose();
    shown(true);
    location.hash = "form";
    find(".file").focus();
  });

  choice.addEventListener("change", choose);
  document.addEventListener("key", () => layout || load());  // a key typed later must not lose the pages
  document.addEventListener("place", load);
  openings(root, find(".desk"), read, { several: true });
  find(".table").addEventListener("click", () => save(`${layout.name}.csv`, tableOf(layout, pages)));
  load();
}

function optionOf(value, text) {
  const option = element("option", "", text);
  option.value = value;
  return option;
}

const many = (count, one, other = `${one}s`) => `${count} ${count === 1 ? one : other}`;
