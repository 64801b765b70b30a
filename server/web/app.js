// Puts the page together.

import { followCharacter } from "./character.js";
import { followLine } from "./line.js";
import { tabs } from "./tabs.js";

followCharacter(document.getElementById("character-panel"));
followLine(document.getElementById("line-panel"));
tabs(document.querySelector("[role=tablist]"));

document.querySelector(".origin").textContent = new URL(".", location.href);
