// The first tab: one character.

import { showAccuracies } from "./accuracies.js";
import { explainCharacter, readCharacter } from "./api.js";
import { showCandidates } from "./candidates.js";
import { showComparison } from "./comparison.js";
import { isSure, percent, timesInTen } from "./confidence.js";
import { characters } from "./examples.js";
import { showFocus, showSeen } from "./glimpse.js";
import { chosen, panel } from "./panel.js";
import { Reader } from "./reader.js";
import { timeTaken } from "./timing.js";

const wording = {
  422: ["No character found", "Write larger, or choose a picture with one clear character on plain paper."],
};

const kinds = { digits: "digit", letters: "letter", upper: "capital", lower: "small letter" };

const rest = 350;  // ms that the ink lies still before the answer is explained

export function followCharacter(root) {
  const find = (selector) => root.querySelector(selector);
  const charsets = find(".charsets");
  const choices = () => ({ charset: chosen(charsets) });
  let shown = null;

  const explainer = new Reader((signal) => explainCharacter(shown.picture.blob, choices(), signal));
  explainer.addEventListener("answer", ({ detail }) => explain(detail.explanation?.values));
  explainer.addEventListener("refusal", () => explain(null));

  function explain(heat) {
    showFocus(find(".focus"), shown.seen, heat);
    find(".focus").classList.remove("pending");
  }

  function show(answer, verdict) {
    const { prediction, confidence, candidates, models, seen, unfamiliar } = answer;
    if (unfamiliar) {
      verdict.say(`I do not think this is a ${kinds[chosen(charsets)] ?? "character"}`,
        `If it is one, it is most like ${prediction}.`, { unsure: true });
    } else if (isSure(confidence)) {
      verdict.say(`This is ${prediction}`, `${percent(confidence)} sure.`);
    } else {
      verdict.say(`Perhaps ${prediction}`, doubt(candidates), { unsure: true });
    }
    find(".glyph").textContent = prediction;
    showCandidates(find(".candidates"), candidates);
    showComparison(find(".comparison"), models, prediction);
    showSeen(find(".seen"), seen);
    find(".time").textContent = timeTaken(answer);
    find(".odds").hidden = find(".evidence").hidden = false;
    find(".focus").classList.add("pending");
    shown = answer;
    explainer.readIn(rest);
  }

  function hide() {
    explainer.stop();
    showFocus(find(".focus"), null);
    find(".glyph").textContent = find(".time").textContent = "";
    find(".odds").hidden = find(".evidence").hidden = true;
  }

  showAccuracies(find(".accuracies"));
  panel(root, {
    desk: { pen: 0.055, examples: () => characters },
    wording,
    choices: [charsets],
    ask: (image, signal, sent) => {
      explainer.stop();
      return readCharacter(image, choices(), signal, sent);
    },
    show,
    hide,
  });
}

function doubt([best, rival]) {
  const odds = `Right ${timesInTen(best.probability)}.`;
  if (!rival) return `${odds} Write it more clearly.`;
  return `${odds} It could also be ${rival.label}: write it more clearly, or say what to look for.`;
}
