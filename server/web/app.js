// Puts the page together.

import { followCharacter } from "./character.js";
import { followForms } from "./forms.js";
import { followLine } from "./line.js";
import { showPromise } from "./promise.js";
import { tabs } from "./tabs.js";

followCharacter(document.getElementById("character-panel"));
followLine(document.getElementById("line-panel"));
const { openNamed } = tabs(document.querySelector("[role=tablist]"));
followForms(document.getElementById("form-panel"), (any) => {
  document.getElementById("form-tab").hidden = !any;
  openNamed();
});
showPromise(document.querySelector("footer"));
