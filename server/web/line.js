// The second tab: a line of characters.

import { readLine } from "./api.js";
import { markBox, showBoxes } from "./boxes.js";
import { showCandidates } from "./candidates.js";
import { isSure, percent, timesInTen } from "./confidence.js";
import { bar, element } from "./elements.js";
import { lines } from "./examples.js";
import { chosen, panel } from "./panel.js";
import { timeTaken } from "./timing.js";
import { Transcript } from "./transcript.js";

const wording = {
  empty: ["Nothing written yet", "Write digits side by side, or open, drop or paste a picture of a line."],
  400: ["That cannot be asked", ""],  // the server says why
  422: ["No characters found", "Write larger, or choose a clear picture of one line on plain paper."],
};

export function followLine(root) {
  const find = (selector) => root.querySelector(selector);
  const charsets = find(".charsets");
  const pattern = find("#pattern");

  function hide() {
    find(".characters").replaceChildren();
    find(".boxes").replaceChildren();
    find(".time").textContent = "";
    find(".odds").hidden = find(".transcript").hidden = true;
  }

  function show(answer, verdict) {
    const { characters, picture } = answer;
    hide();
    if (characters.length === 0) return verdict.show(422);
    const transcript = new Transcript(answer);
    const unsure = characters.map(({ confidence }) => !isSure(confidence));
    let whole = `The whole line is right ${timesInTen(answer.confidence)}. `;
    const buttons = characters.map((character, i) => characterButton(character, i, unsure[i], () => select(i)));

    function say() {
      const doubtful = unsure.filter(Boolean).length;
      verdict.say(`It says ${transcript.text}`, whole + advice(doubtful), { unsure: doubtful > 0 });
    }

    function select(selected) {
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", i === selected));
      markBox(find(".boxes"), selected);
      const { label, confidence, candidates = [{ label, probability: confidence }] } = characters[selected];
      find(".odds h2").textContent = `Character ${selected + 1} could be`;
      showCandidates(find(".candidates"), candidates, (other) => correct(selected, other));
      find(".odds").hidden = false;
    }

    function correct(i, label) {
      transcript.correct(i, label);
      whole = "";
      unsure[i] = false;
      buttons[i].className = "settled";
      find(".boxes").children[i].classList.remove("doubtful");
      buttons[i].querySelector(".label").textContent = label;
      buttons[i].setAttribute("aria-label", `Character ${i + 1}: ${label}, chosen by you`);
      say();
    }

    find(".characters").replaceChildren(...buttons);
    showBoxes(find(".boxes"), picture, characters.map(({ box }) => box), unsure, select);
    const copy = find(".copy");
    copy.hidden = !navigator.clipboard;  // only a secure origin has one
    copy.textContent = "Copy the text";
    copy.onclick = () => navigator.clipboard.writeText(transcript.text).then(() => (copy.textContent = "Copied"));
    find(".transcript").hidden = false;
    find(".time").textContent = timeTaken(answer);
    say();
  }

  panel(root, {
    desk: { pen: 0.05, examples: lines },
    wording,
    choices: [charsets, pattern],
    ask: (image, signal, sent) =>
      readLine(image, { charset: chosen(charsets), pattern: pattern.value.trim() }, signal, sent),
    show,
    hide,
  });
}

function characterButton({ label, confidence }, i, unsure, select) {
  const button = element("button", unsure ? "doubtful" : "", element("span", "label", label), bar(confidence));
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-label", `Character ${i + 1}: ${label}, ${percent(confidence)} sure`);
  button.addEventListener("click", select);
  return button;
}

function advice(doubtful) {
  if (doubtful === 0) return "Choose a character for its alternatives.";
  return `Not sure of ${doubtful === 1 ? "one character" : `${doubtful} characters`}: choose the marked ones to correct them.`;
}
