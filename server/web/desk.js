// A desk: the sheet, or a picture in its place, and the tools beside it.

import { openings } from "./openings.js";
import { prepare } from "./picture.js";
import { Sheet } from "./sheet.js";
import { Writer } from "./writer.js";

export class Desk extends EventTarget {
  #root;
  #sheet;
  #writer;
  #file = null;  // a picture, shown in place of the ink

  // examples(aspect): the characters or lines that the page can write itself, in turn, each a list of strokes.
  // Fires "change" whenever there is something else to read.
  constructor(root, { pen, examples }) {
    super();
    this.#root = root;
    this.#find(".tools").append(document.querySelector("#tools").content.cloneNode(true));
    this.#sheet = new Sheet(this.#find(".ink"), pen);
    this.#writer = new Writer(this.#sheet);
    this.#sheet.addEventListener("change", () => this.#changed());
    this.#find(".ink").addEventListener("pointerdown", () => this.#putAway(), { capture: true });
    this.#find(".undo").addEventListener("click", () => this.undo());
    this.#find(".clear").addEventListener("click", () => this.clear());
    let turn = 0;
    this.#find(".example").addEventListener("click", () => {
      this.#putAway();
      const choice = examples(this.#sheet.aspect);
      this.#writer.write(choice[turn++ % choice.length]);
    });
    openings(root, this.#find(".sheet"), (file) => this.open(file));
    addEventListener("keydown", (event) => this.#key(event));
  }

  get empty() {
    return this.#file === null && this.#sheet.empty;
  }

  // Resolves with {blob, width, height} for the server to read.
  picture() {
    return this.#file ? prepare(this.#file) : this.#sheet.toPng();
  }

  open(file) {
    this.clear();
    this.#show(file);
    this.#changed();
  }

  undo() {
    this.#writer.stop();
    if (this.#file) this.clear();
    else this.#sheet.undo();
  }

  clear() {
    this.#putAway();
    this.#sheet.clear();
  }

  #putAway() {
    this.#writer.stop();
    this.#show(null);
  }

  #show(file) {
    const image = this.#find(".picture");
    if (this.#file) URL.revokeObjectURL(image.src);
    this.#file = file;
    image.hidden = !file;
    this.#find(".sheet").classList.toggle("pictured", Boolean(file));
    if (file) image.src = URL.createObjectURL(file);
    else image.removeAttribute("src");
  }

  #changed() {
    this.#find(".undo").disabled = this.#find(".clear").disabled = this.empty;
    this.#find(".invitation").hidden = !this.empty;
    this.dispatchEvent(new Event("change"));
  }

  #key(event) {
    if (this.#root.closest("[hidden]") || event.target.closest("input[type=text], dialog")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "z") this.undo();
    else if (event.key === "Escape") this.clear();
    else return;
    event.preventDefault();
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }
}
