// The API key, for a server that asks for one. It is kept until the tab is closed.

const place = "inkling-key";
let asking = null;  // several questions may be refused at once

export function keyHeader() {
  const key = sessionStorage.getItem(place);
  return key ? { "X-API-Key": key } : {};
}

// Resolves with whether a key was typed. Fires "key" on the document when one was.
export function askForKey() {
  asking ??= typed().finally(() => (asking = null));
  return asking;
}

function typed() {
  const dialog = document.querySelector("dialog.key");
  const input = dialog.querySelector("input");
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "use" && input.value.trim() !== "";
      if (given) {
        sessionStorage.setItem(place, encodeURI(input.value.trim()));  // a header holds no other characters
        document.dispatchEvent(new Event("key"));
      }
      resolve(given);
    }, { once: true });
  });
}
