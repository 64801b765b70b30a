// What both tabs have in common: a desk that is read when it changes, and a verdict.

import { Desk } from "./desk.js";
import { Reader } from "./reader.js";
import { Verdict } from "./verdict.js";

const longestPause = 10;  // s before the page asks a busy server again

// desk: options of Desk; wording: of Verdict; choices: elements whose "change" asks again; ask(blob, signal, sent) resolves
// with an answer; show(answer, verdict) gets it with the `picture` it belongs to; hide(): there is nothing to show.
export function panel(root, { desk: options, wording, choices, ask, show, hide }) {
  const desk = new Desk(root, options);
  const reader = new Reader(async (signal, sent) => {
    const picture = await desk.picture();
    return { ...await ask(picture.blob, signal, sent), picture };
  });
  let answered = false;  // and the answer is still there to look at
  const verdict = new Verdict(root, wording, () => read());

  function read() {
    reader.stop();
    if (desk.empty) return leave("empty");
    if (answered) verdict.expire();
    else verdict.show("reading");
    reader.readIn();
  }

  function leave(kind, detail) {
    answered = false;
    hide();
    verdict.show(kind, detail);
  }

  desk.addEventListener("change", read);
  document.addEventListener("place", read);
  for (const choice of choices) choice.addEventListener("change", read);
  reader.addEventListener("sent", ({ detail: share }) => answered || verdict.sending(share));
  reader.addEventListener("answer", ({ detail: answer }) => {
    answered = true;
    show(answer, verdict);
  });
  reader.addEventListener("refusal", ({ detail: refusal }) => {
    leave(refusal.kind, refusal.message);
    if (refusal.kind === 503) reader.readIn(1000 * Math.min(refusal.retryAfter ?? 1, longestPause));
  });
  leave("empty");
}

export const chosen = (group) => group.querySelector("input:checked").value;
