// Keeps the page, the reader and its model on this device, so that they are there without a network. Only a secure origin
// may: https, or this machine itself.

import { fetchModel } from "./device.js";
import { about } from "./place.js";

const name = "inkling";  // of the cache; offline.js serves it

export const canKeep = () => "serviceWorker" in navigator && "caches" in globalThis;

export async function keep() {
  const cache = await caches.open(name);
  const { files } = await about;
  const model = await fetchModel();
  await cache.addAll(files);
  await cache.put(model.url, model);  // last: it tells that all is there
  await navigator.serviceWorker.register("offline.js");
  await navigator.serviceWorker.ready;
}

export const isKept = async () => Boolean(await caches.match("reader/model.safetensors", { cacheName: name }));

export async function forget() {
  const registration = await navigator.serviceWorker.getRegistration();
  await Promise.all([registration?.unregister(), caches.delete(name)]);
}
