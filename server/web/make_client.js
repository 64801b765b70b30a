// Forms that are made on the page: what the server proposes, and what it reads of a form that is sent with its pages.

import { ask } from "./server.js";

// Pages: Files. Resolves with {form, picture, remarks}: a form.json, its page as a data URL, and remarks for a person.
export function learn(pages, name) {
  const body = pages.map((page) => ["file", page]);
  return ask("forms/learn", [...body, ["name", name]]);
}

// As readPage in api.js, of a form {layout, blank}: its form.json and the picture of its page, a Blob.
export const readMadePage = ({ layout, blank }, page, name) =>
  ask("forms/read", { form: JSON.stringify(layout), blank, file: new File([page], name), picture: "1" });
