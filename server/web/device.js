// What the reader on this device answers: the same functions as server.js. No ink and no picture leaves the device.

import { askForKey } from "./key.js";
import { about } from "./place.js";
import { Refusal } from "./refusal.js";
import { fetched } from "./server.js";

export const readCharacter = (picture, { charset }, signal) => ask("character", [picture, { charset, seen: true }], signal);

export const explainCharacter = (picture, { charset }, signal) =>
  ask("character", [picture, { charset, explain: true }], signal);

export const readLine = (picture, options, signal) => ask("line", [picture, options], signal);

export async function readPage(name, page, file, signal) {
  return ask("page", [await formNamed(name), page], signal);
}

export const listModels = async () => ({ models: [] });  // there is one, and nobody to compare it with
export const listForms = async () => ({ forms: (await about).forms });
export const formOf = async (name) => (await fetched((await formNamed(name)).template)).json();

const formNamed = async (name) => (await about).forms.find((form) => form.name === name);

export const model = "reader/model.safetensors";

// The model's file, the one thing here that a server may ask a key for.
export async function fetchModel() {
  for (;;) {
    try {
      return await fetched(model);
    } catch (refusal) {
      if (refusal.kind !== 401 || !(await askForKey())) throw refusal;
    }
  }
}

const refusals = { NoInkError: 422, ArgumentError: 400, InvalidStateError: 415 };  // the last: not a picture

let worker = null;  // a promise, so that all wait for one

function started() {
  worker ??= begin().catch((error) => {
    worker = null;  // the next question tries again
    throw new Refusal("unready", error.message);
  });
  return worker;
}

async function begin() {
  const bytes = await (await fetchModel()).arrayBuffer();
  const made = new Worker(new URL("device_worker.js", import.meta.url), { type: "module" });
  const failed = new Promise((_, reject) => (made.onerror = () => reject(new Error("The reader does not run here."))));
  await Promise.race([call(made, "load", [bytes], [bytes]), failed]);
  return made;
}

async function ask(name, values, signal) {
  const reader = await started();
  signal?.throwIfAborted();
  const begun = performance.now();
  const answer = await call(reader, name, values).catch((error) => {
    if (error.name === "RuntimeError") {  // WebAssembly's: nothing in that memory can be trusted any more
      reader.terminate();
      worker = null;
    }
    throw new Refusal(refusals[error.name] ?? "other", error.message);
  });
  return { ...answer, elapsed: performance.now() - begun };
}

function call(to, name, values, transfer = []) {
  const { port1: here, port2: there } = new MessageChannel();
  return new Promise((resolve, reject) => {
    here.onmessage = ({ data: { answer, error } }) => {
      here.close();
      if (error) reject(Object.assign(new Error(error.message), { name: error.name }));
      else resolve(answer);
    };
    to.postMessage({ name, values }, [there, ...transfer]);
  });
}
