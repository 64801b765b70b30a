// A host of files and nothing else, as the page without a server has it.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json",
  ".svg": "image/svg+xml", ".png": "image/png", ".wasm": "application/wasm" };

// Resolves with {url, changes, stop()}; the folder lies at /inkling/, as it may on a host that has other things, too. changes:
// a map from paths to texts in the place of files; null is not found.
export async function host(folder) {
  const changes = new Map();
  const server = createServer(async ({ method, url }, response) => {
    const path = new URL(url, "http://host").pathname.replace(/^\/inkling\//, "/").replace(/\/$/, "/index.html");
    try {
      if (changes.get(path) === null) throw new Error(path);
      const body = method === "GET" && (changes.get(path) ?? await readFile(join(folder, normalize(path))));
      response.writeHead(body ? 200 : 405, { "Content-Type": types[extname(path)] ?? "application/octet-stream" }).end(body || "");
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    changes,
    url: `http://127.0.0.1:${server.address().port}/inkling/`,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
