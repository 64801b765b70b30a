// Keeps the page, the reader and its model on this device, so that they are there without a network. Only a secure origin
// may: https, or this machine itself.

import { fetchModel, model } from "./device.js";
import { about } from "./place.js";
import { fetched } from "./server.js";

const name = "inkling";  // of the cache; offline.js serves it

export const canKeep = () => "serviceWorker" in navigator && "caches" in globalThis;

// Asks for all of it every time, so that what is kept is of one version: where the service worker runs already, it
// takes what is new. One after another, for a proxy limits how many a visitor may ask for at once.
export async function keep() {
  const cache = await caches.open(name);
  const add = async (file, answer) => (await cache.match(file)) ?? cache.put(file, answer);
  for (const file of (await about).files) await add(file, await fetched(file));
  await add(model, await fetchModel());  // last: it tells that all is there
  await navigator.serviceWorker.register("offline.js");
  await navigator.serviceWorker.ready;
}

export const isKept = async () => Boolean(await caches.match(model, { cacheName: name }));

export async function forget() {
  const registration = await navigator.serviceWorker.getRegistration();
  await Promise.all([registration?.unregister(), caches.delete(name)]);
}
