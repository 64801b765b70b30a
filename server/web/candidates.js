// The best guesses as bars.

import { percent } from "./confidence.js";
import { bar, element } from "./elements.js";

const shown = 5;

// candidates: [{label, probability}], best first. choose(label), if given, makes each guess a button.
export function showCandidates(list, candidates, choose = null) {
  list.replaceChildren(...candidates.slice(0, shown).map(({ label, probability }) => {
    const cells = [element("span", "label", label), bar(probability), element("span", "share", percent(probability))];
    if (!choose) return element("li", "", ...cells);
    const button = element("button", "", ...cells);
    button.type = "button";
    button.addEventListener("click", () => choose(label));
    return element("li", "", button);
  }));
}
