// Runs every NAME.onnx of a folder in ONNX Runtime and compares its scores with those in NAME.json (see onnx_test.cpp).
//
//     INKLING_NODE_MODULES=FOLDER node onnx_check.mjs CASES
//
// FOLDER holds node_modules with onnxruntime-node. Exit status: 0 all agree, 1 some differ, 77 the package is absent.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(join(resolve(process.env.INKLING_NODE_MODULES ?? "."), "anchor.js"));
let ort;
try {
  ort = require("onnxruntime-node");
} catch {
  process.exit(77);
}

/** From image by image, pixel by pixel, channel fastest, to [image][channel][y][x]. */
function channelsFirst({ images, height, width, channels, pixels }) {
  const values = new Float32Array(pixels.length);
  const area = height * width;
  for (let i = 0; i < pixels.length; ++i) {
    const image = Math.floor(i / (area * channels));
    const pixel = Math.floor(i / channels) % area;
    values[(image * channels + (i % channels)) * area + pixel] = pixels[i];
  }
  return new ort.Tensor("float32", values, [images, channels, height, width]);
}

const folder = process.argv[2];
let failed = false;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".onnx"))) {
  const expected = JSON.parse(readFileSync(join(folder, file.replace(".onnx", ".json")), "utf8"));
  let verdict;
  try {
    const session = await ort.InferenceSession.create(join(folder, file));
    const output = await session.run({ image: channelsFirst(expected) });
    const scores = output.scores.data;
    const largest = Math.max(...expected.scores.map(Math.abs));
    const worst = Math.max(...expected.scores.map((score, i) => Math.abs(score - scores[i])));
    const agrees = scores.length === expected.scores.length && worst <= 1e-5 * largest;
    verdict = `${agrees ? "agrees" : "DIFFERS"}: at most ${worst} of ${largest}`;
    failed ||= !agrees;
  } catch (error) {
    verdict = `FAILED: ${error.message}`;
    failed = true;
  }
  console.log(`${file}: ${verdict}`);
}
process.exit(failed ? 1 : 0);
