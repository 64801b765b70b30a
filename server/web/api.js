// The server's answers, and its refusals as exceptions of one kind.

// kind: "offline", or the HTTP status as a number; retryAfter: seconds, when the server named them.
export class Refusal extends Error {
  constructor(kind, detail = "", retryAfter = null) {
    super(detail);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

// All resolve with the server's answer and `elapsed`, the milliseconds from question to answer.

export const readCharacter = (picture, { charset }, signal) =>
  ask("predict", { file: picture, charset, model: "all", seen: "1" }, signal);

// A hundred times the work of reading.
export const explainCharacter = (picture, { charset }, signal) =>
  ask("predict", { file: picture, charset, explain: "1" }, signal);

export const readLine = (picture, { charset, pattern }, signal) =>
  ask("predict/field", { file: picture, charset, pattern }, signal);

// What /models says, as it stands.
export const listModels = async () => (await fetch("models")).json();

async function ask(path, fields, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) body.append(name, value);
  const begun = performance.now();
  const response = await orOffline(fetch(path, { method: "POST", body, signal, cache: "no-store" }));
  const text = await orOffline(response.text());
  const elapsed = performance.now() - begun;
  const answer = parsed(text);
  if (response.ok && answer) return { ...answer, elapsed };
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  throw new Refusal(response.ok ? "offline" : response.status, answer?.detail, retryAfter);
}

async function orOffline(promise) {
  try {
    return await promise;
  } catch (error) {
    throw error.name === "AbortError" ? error : new Refusal("offline");
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;  // a proxy's page, say
  }
}
