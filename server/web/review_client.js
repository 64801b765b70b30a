// What the server says about the run that it reviews; refusals as in server.js.

import { Refusal } from "./refusal.js";
import { askForKey, keyHeader } from "./key.js";

// {run, forms, progress}; null when no run is reviewed.
export const reviewOf = async () => (await ask("GET", "review")).review;

// Resolve with {tasks, progress}, decide with the `decision`, too.
export const nextTasks = (reviewer, order, count) => ask("POST", "review/next", { reviewer, order, count });
export const decide = (answer) => ask("POST", "review/decide", answer);

// {task, progress}; task is null when there is nothing to take back.
export const undo = (reviewer) => ask("POST", "review/undo", { reviewer });

export const leave = (reviewer) => ask("POST", "review/leave", { reviewer });
export const faultOf = (page) => ask("POST", "review/fault", { page });

// The text of a table: "table" or "calibration".
export async function tableOf(name) {
  return (await answered("GET", `review/${name}`)).text();
}

async function ask(method, path, body) {
  return (await answered(method, path, body)).json();
}

async function answered(method, path, body) {
  for (;;) {
    const headers = body ? { ...keyHeader(), "Content-Type": "application/json" } : keyHeader();
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
    if (!response) throw new Refusal("offline");
    if (response.ok) return response;
    if (response.status === 401 && method === "POST" && await askForKey()) continue;
    const { detail } = await response.json().catch(() => ({}));
    throw new Refusal(response.status, detail);
  }
}
