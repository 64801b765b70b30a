// What the server answers. device.js has the same functions.

import { askForKey, keyHeader } from "./key.js";
import { Refusal } from "./refusal.js";

// All resolve with the server's answer and `elapsed`, the milliseconds from question to answer. sent(share) is told how
// much of the question is on its way, from 0 to 1.

export const readCharacter = (picture, { charset }, signal, sent) =>
  ask("predict", { file: picture, charset, model: "all", seen: "1" }, signal, sent);

// A hundred times the work of reading.
export const explainCharacter = (picture, { charset }, signal) =>
  ask("predict", { file: picture, charset, explain: "1" }, signal);

export const readLine = (picture, { charset, pattern }, signal, sent) =>
  ask("predict/field", { file: picture, charset, pattern }, signal, sent);

// A page of a form: a Blob, and the name of its file.
export const readPage = (form, page, name, signal) =>
  ask(`forms/${encodeURIComponent(form)}/read`, { file: new File([page], name), picture: "1" }, signal);

// What /models, /forms and a form say, as it stands.
export const listModels = () => get("models");
export const listForms = () => get("forms");
export const formOf = (name) => get(`forms/${encodeURIComponent(name)}`);

export async function fetched(path) {
  const response = await fetch(path, { headers: keyHeader() });
  if (!response.ok) throw new Refusal(response.status);
  return response;
}

const get = async (path) => (await fetched(path)).json();

// fields: an object, or a list of pairs where a name comes more than once.
export async function ask(path, fields, signal, sent) {
  const body = new FormData();
  for (const [name, value] of Array.isArray(fields) ? fields : Object.entries(fields)) if (value) body.append(name, value);
  const begun = performance.now();
  let response = await post(path, body, signal, sent);
  while (response.status === 401 && !signal?.aborted && await askForKey()) response = await post(path, body, signal, sent);
  const elapsed = performance.now() - begun;
  const answer = parsed(response.responseText);
  const ok = response.status >= 200 && response.status < 300;
  if (ok && answer) return { ...answer, elapsed };
  const retryAfter = Number(response.getResponseHeader("Retry-After")) || null;
  throw new Refusal(ok ? "offline" : response.status, answer?.detail, retryAfter);
}

// fetch() would not tell how an upload goes on, which takes most of the time on a phone's line.
function post(path, body, signal, sent = () => {}) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(keyHeader())) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => sent(loaded / total);
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Refusal("offline"));
    request.onabort = () => reject(new DOMException("", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;  // a proxy's page, say
  }
}
