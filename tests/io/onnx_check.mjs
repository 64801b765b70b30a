// Runs every NAME.onnx of a folder in ONNX Runtime and compares what it puts out with NAME.json (see onnx_test.cpp).
//
//     INKLING_NODE_MODULES=FOLDER node onnx_check.mjs CASES TOLERANCE MAY_DIFFER
//
// FOLDER holds node_modules with onnxruntime-node. TOLERANCE is a share of the largest score; so many images may differ by
// more. Exit status: 0 all agree, 1 some differ, 77 the package is absent.

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

/** Some images, from image by image, pixel by pixel, channel fastest, to [image][channel][y][x]. */
function channelsFirst({ height, width, channels }, pixels) {
  const values = new Float32Array(pixels.length);
  const area = height * width;
  for (let i = 0; i < pixels.length; ++i) {
    const image = Math.floor(i / (area * channels));
    const pixel = Math.floor(i / channels) % area;
    values[(image * channels + (i % channels)) * area + pixel] = pixels[i];
  }
  return new ort.Tensor("float32", values, [pixels.length / (area * channels), channels, height, width]);
}

/** The largest difference in each image. */
function differences(expected, got, images) {
  const classes = expected.length / images;
  const worst = new Array(images).fill(0);
  expected.forEach((value, i) => {
    const image = Math.floor(i / classes);
    worst[image] = Math.max(worst[image], Math.abs(value - got[i]));
  });
  return worst;
}

const [folder, tolerance, mayDiffer] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
let failed = false;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".onnx"))) {
  const path = join(folder, file);
  const expected = JSON.parse(readFileSync(path.replace(".onnx", ".json"), "utf8"));
  const pixels = readFileSync(path.replace(".onnx", ".pixels"));
  let verdict;
  try {
    const session = await ort.InferenceSession.create(path);
    const got = { scores: [], probabilities: [], label: [] };
    const size = pixels.length / expected.images;
    for (let first = 0; first < expected.images; first += 250) {
      const some = pixels.subarray(first * size, (first + 250) * size);
      const output = await session.run({ image: channelsFirst(expected, some) });
      for (const name of Object.keys(got)) got[name].push(...output[name].data);
    }
    const largest = expected.scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
    const scores = differences(expected.scores, got.scores, expected.images);
    const probabilities = differences(expected.probabilities, got.probabilities, expected.images);
    const far = scores.filter((worst, i) => !(worst <= tolerance * largest && probabilities[i] <= Math.max(tolerance, 1e-5)));
    const labels = expected.labels.filter((label, i) => label !== got.label[i]).length;
    const agrees = got.scores.length === expected.scores.length && far.length <= mayDiffer && labels <= mayDiffer;
    verdict = `${agrees ? "agrees" : "DIFFERS"}: ${expected.images} images, ${far.length} beyond, ${labels} other labels, scores by up ` +
      `to ${Math.max(...scores)} of ${largest}, probabilities by ${Math.max(...probabilities)}`;
    failed ||= !agrees;
  } catch (error) {
    verdict = `FAILED: ${error.message}`;
    failed = true;
  }
  console.log(`${file}: ${verdict}`);
}
process.exit(failed ? 1 : 0);
