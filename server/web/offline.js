// The service worker: what is kept on this device comes from the network while there is one, so that it is never old, and
// else from what was kept.

const name = "inkling";  // of what keep.js keeps

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

async function answer(request) {
  const kept = await caches.match(request, { cacheName: name, ignoreVary: true });
  if (!kept) return fetch(request);
  try {
    const fresh = await fetch(request);
    if (!fresh.ok) return kept;
    if (!isSame(fresh, kept)) await (await caches.open(name)).put(request, fresh.clone());
    return fresh;
  } catch {
    return kept;
  }
}

const isSame = (one, other) => one.headers.has("ETag") && one.headers.get("ETag") === other.headers.get("ETag");
