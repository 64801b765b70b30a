// A server of a test's own, with the models; INKLING_SERVER and INKLING_MODELS as in visit.js.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// Resolves with {url, stop()} once it listens.
export async function serve(...options) {
  const port = options.includes("--port") ? [] : ["--port", "0"];
  const server = spawn(process.env.INKLING_SERVER, [...port, "--models", process.env.INKLING_MODELS, "--log", "off", ...options],
                       { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(server.stdout)) {
    return { url: line.match(/http:\S+/)[0], stop: () => new Promise((done) => server.once("exit", done).kill()) };
  }
}
