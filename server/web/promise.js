// What the page promises of where ink is read, and the switch where there is a choice.

import { canKeep, forget, isKept, keep } from "./keep.js";
import { about, isOnDevice, readOnDevice } from "./place.js";

export async function showPromise(root) {
  const find = (selector) => root.querySelector(selector);
  const { server, reader } = await about;
  const box = find(".choose input");

  async function show() {
    const here = await isOnDevice();
    find(".by-server").hidden = here;
    find(".on-device").hidden = !here;
    find(".choose").hidden = !(server && reader);
    box.checked = here;
    if (!canKeep()) {
      find(".kept").textContent = "To work without a network, too, the page must come by https.";
    } else if (here) {
      await keepAll();
    } else {
      await forget();
    }
  }

  async function keepAll() {
    find(".kept").textContent = "";
    const failure = await keep().then(() => null, (error) => error);  // without a network nothing is new
    const kept = !failure || await isKept();
    find(".kept").textContent = kept ? "It is kept here, and works without a network."
      : `It could not be kept for later: ${failure.message || failure.kind}`;
  }

  let last = show();
  box.addEventListener("change", () => readOnDevice(box.checked));
  document.addEventListener("place", () => (last = last.then(show)));  // one after another
  find(".origin").textContent = new URL(".", location.href);
}
