// Where ink is read: by the server, or on this device. device.json says what there is:
//
//     server  whether there is one; a static folder has none
//     reader  whether there is a reader for this device, with its model
//     forms   [{name, edition, template, picture}] that it can read: addresses of a form.json and of the page's print
//     files   all that the page is made of, to be kept

const place = "inkling-on-device";

export const about = fetch("device.json").then((answer) => answer.json())
  .catch(() => ({ server: true, reader: false, forms: [], files: [] }));

export async function isOnDevice() {
  const { server, reader } = await about;
  return !server || (reader && localStorage.getItem(place) !== null);
}

// Fires "place" on the document.
export function readOnDevice(yes) {
  if (yes) localStorage.setItem(place, "yes");
  else localStorage.removeItem(place);
  document.dispatchEvent(new Event("place"));
}
