// The server's answers, and its refusals as exceptions of one kind.

// kind: "offline", or the HTTP status as a number.
export class Refusal extends Error {
  constructor(kind, detail = "") {
    super(detail);
    this.kind = kind;
  }
}

export async function models() {
  return (await ask("/models")).models;
}

export async function predict(picture, { model, charset, signal }) {
  const form = new FormData();
  form.append("file", picture, "picture");
  form.append("charset", charset);
  form.append("seen", "1");
  if (model) form.append("model", model);
  return ask("/predict", { method: "POST", body: form, signal });
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("offline");
  }
  let body;
  try {
    body = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(response.ok ? "offline" : response.status);
  }
  if (!response.ok) throw new Refusal(response.status, body.detail);
  return body;
}
