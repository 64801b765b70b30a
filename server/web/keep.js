// Keeps the page, the reader and its model on this device, so that they are there without a network. Only a secure origin
// may: https, or this machine itself.

import { fetchModel } from "./device.js";
import { about } from "./place.js";

const name = "inkling";  // of the cache; offline.js serves it

export const canKeep = () => "serviceWorker" in navigator && "caches" in globalThis;

export async function keep() {
  const cache = await caches.open(name);
  for (const file of (await about).files) {  // one after another, for a proxy limits how many a visitor may ask for at once
    if (!(await cache.match(file))) await cache.add(file);
  }
  if (!(await isKept())) {  // last: it tells that all is there
    const model = await fetchModel();
    await cache.put(model.url, model);
  }
  await navigator.serviceWorker.register("offline.js");
  await navigator.serviceWorker.ready;
}

export const isKept = async () => Boolean(await caches.match("reader/model.safetensors", { cacheName: name }));

export async function forget() {
  const registration = await navigator.serviceWorker.getRegistration();
  await Promise.all([registration?.unregister(), caches.delete(name)]);
}
