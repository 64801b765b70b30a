// A host of files and nothing else, as the page without a server has it.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json",
  ".svg": "image/svg+xml", ".png": "image/png", ".wasm": "application/wasm" };

// Resolves with {url, stop()}; the folder lies at /inkling/, as it may on a host that has other things, too.
export async function host(folder) {
  const server = createServer(async ({ method, url }, response) => {
    const path = new URL(url, "http://host").pathname.replace(/^\/inkling\//, "/").replace(/\/$/, "/index.html");
    try {
      const body = method === "GET" && await readFile(join(folder, normalize(path)));
      response.writeHead(body ? 200 : 405, { "Content-Type": types[extname(path)] ?? "application/octet-stream" }).end(body || "");
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/inkling/`,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
