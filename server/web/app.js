// Puts the page together.

import { followCharacter } from "./character.js";
import { followForms } from "./forms.js";
import { followLine } from "./line.js";
import { followMaking } from "./make.js";
import { showPromise } from "./promise.js";
import { followReview } from "./review.js";
import { tabs } from "./tabs.js";

followCharacter(document.getElementById("character-panel"));
followLine(document.getElementById("line-panel"));
const { openNamed } = tabs(document.querySelector("[role=tablist]"));
const showTab = (name) => (any) => {
  document.getElementById(`${name}-tab`).hidden = !any;
  openNamed();
};
followForms(document.getElementById("form-panel"), showTab("form"));
followMaking(document.getElementById("make-panel"), showTab("make"));
followReview(document.getElementById("review-panel"), showTab("review"));
showPromise(document.querySelector("footer"));
