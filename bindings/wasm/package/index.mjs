// Inkling in JavaScript: pictures in, answers out. index.d.ts says what there is.

import createInkling from "./inkling_wasm.mjs";

let wasm; // the module, once for all models

async function wasmBinary() {
  const url = new URL("./inkling.wasm", import.meta.url);
  if (url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return readFile(url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.arrayBuffer();
}

/** How light each pixel is (ITU-R BT.601, as Inkling has it); what is transparent shows white paper. */
function greyOf({ data, width, height }) {
  const size = width * height;
  if (!(size > 0) || (data.length !== size && data.length !== 4 * size)) {
    throw new TypeError(`expected ${width} x ${height} pixels, grey or RGBA, got ${data.length} values`);
  }
  if (data.length === size) return data;
  const grey = new Uint8Array(size);
  for (let i = 0, at = 0; i < size; ++i, at += 4) {
    const alpha = data[at + 3];
    const over = (value) => Math.floor((value * alpha + 255 * (255 - alpha) + 127) / 255);
    grey[i] = Math.floor((299 * over(data[at]) + 587 * over(data[at + 1]) + 114 * over(data[at + 2]) + 500) / 1000);
  }
  return grey;
}

/** Memory of the module for the time of one call. */
class Loan {
  #places = [];

  bytes(array) {
    const place = wasm._malloc(Math.max(1, array.length));
    if (place === 0) throw new RangeError("Inkling: there is not enough memory");
    this.#places.push(place);
    wasm.HEAPU8.set(array, place);
    return place;
  }

  text(text) {
    return this.bytes(new TextEncoder().encode(`${text}\0`));
  }

  end() {
    for (const place of this.#places) wasm._free(place);
  }
}

const errorNames = ["Error", "NoInkError", "ArgumentError"]; // by ErrorKind of inkling_wasm.cpp

function lastError() {
  const error = new Error(wasm.UTF8ToString(wasm._inkling_error()));
  error.name = errorNames[wasm._inkling_error_kind()];
  return error;
}

/** The page that was read last, as it lies on its form. */
function registeredPage() {
  const [width, height] = [wasm._inkling_registered_width(), wasm._inkling_registered_height()];
  if (width === 0) return null;
  const place = wasm._inkling_registered();
  return { data: wasm.HEAPU8.slice(place, place + width * height), width, height };
}

/** Runs `body` with memory to lend; what it returns is 0 when the module had an error. */
function borrowing(body) {
  const loan = new Loan();
  try {
    const result = body(loan);
    if (!result) throw lastError();
    return result;
  } finally {
    loan.end();
  }
}

const json = (place) => JSON.parse(wasm.UTF8ToString(place));

class FormReader {
  #form;

  constructor(form) {
    this.#form = form;
  }

  page(picture, { registered = false } = {}) {
    const grey = greyOf(picture);
    const reading = borrowing((loan) => {
      const text = wasm._inkling_page(this.#form, loan.bytes(grey), picture.width, picture.height);
      return text && json(text);
    });
    return registered ? { ...reading, registered: registeredPage() } : reading;
  }

  free() {
    wasm._inkling_free_form(this.#form);
    this.#form = 0;
  }
}

class Reader {
  #model;

  constructor(model) {
    this.#model = model;
    Object.assign(this, json(wasm._inkling_about(model)));
  }

  character(picture, { charset = "", prior = "", candidates = 5, seen = false, explain = false } = {}) {
    const grey = greyOf(picture);
    return borrowing((loan) => {
      const text = wasm._inkling_character(this.#model, loan.bytes(grey), picture.width, picture.height, loan.text(charset),
        loan.text(prior), candidates, seen, explain);
      return text && json(text);
    });
  }

  field(picture, { charset = "", prior = "", candidates = 5, pattern = "" } = {}) {
    const grey = greyOf(picture);
    return borrowing((loan) => {
      const text = wasm._inkling_field(this.#model, loan.bytes(grey), picture.width, picture.height, loan.text(charset),
        loan.text(prior), candidates, loan.text(pattern));
      return text && json(text);
    });
  }

  probabilities(images) {
    const [height, width, channels] = this.inputShape;
    const count = images.length / (height * width * channels);
    if (!Number.isInteger(count)) throw new TypeError(`expected whole images of ${this.inputShape} bytes`);
    const result = new Float32Array(count * this.classes.length);
    if (count === 0) return result;
    return borrowing((loan) => {
      const from = loan.bytes(images);
      const to = loan.bytes(new Uint8Array(result.buffer));
      if (!wasm._inkling_probabilities(this.#model, from, count, to)) return null;
      result.set(new Float32Array(wasm.HEAPU8.buffer, to, result.length));
      return result;
    });
  }

  form(template, picture) {
    const text = typeof template === "string" ? template : JSON.stringify(template);
    const grey = picture ? greyOf(picture) : new Uint8Array();
    return new FormReader(borrowing((loan) =>
      wasm._inkling_form(this.#model, loan.text(text), loan.bytes(grey), picture?.width ?? 0, picture?.height ?? 0)));
  }

  free() {
    wasm._inkling_free(this.#model);
    this.#model = 0;
  }
}

export async function load(model) {
  wasm ??= await createInkling({ wasmBinary: await wasmBinary() });
  const bytes = model instanceof Uint8Array ? model : new Uint8Array(model);
  return new Reader(borrowing((loan) => wasm._inkling_load(loan.bytes(bytes), bytes.length)));
}
