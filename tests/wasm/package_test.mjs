// The package for browsers, against the native command: node package_test.mjs PACKAGE PROJECT COMMAND
//
// On images of data/; on 2,000 of EMNIST where INKLING_SHARED has them.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import { compare, fromPng, images, native as nativeIn, png } from "./pictures.mjs";

const [PACKAGE, PROJECT, COMMAND] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "inkling-wasm-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const { load } = await import(pathToFileURL(join(PACKAGE, "index.mjs")));
const model = (name) => join(PROJECT, "models", `${name}.safetensors`);

const native = (...args) => nativeIn(COMMAND, folder, ...args);

async function agreesWithNative(name, pictures, files, tolerance, mayDiffer) {
  const reader = await load(readFileSync(model(name)));
  const expected = native("predict", "--model", model(name), "--json", "--top", "5", ...files);
  const start = performance.now();
  const got = pictures.map((picture) => reader.character(picture, { candidates: 12 }));
  const each = (performance.now() - start) / pictures.length;
  const { worst, others } = compare(expected, got);
  console.log(`${name}: ${pictures.length} images, probabilities by up to ${worst}, ${others} other labels, ${each.toFixed(2)} ms each`);
  assert.ok(worst <= tolerance, `${name}: ${worst}`);
  assert.ok(others <= mayDiffer);
  reader.free();
}

// The size.
const size = ["inkling.wasm", "inkling_wasm.mjs", "index.mjs"]
  .reduce((sum, file) => sum + gzipSync(readFileSync(join(PACKAGE, file)), { level: 9 }).length, 0);
console.log(`${size} bytes by gzip`);
assert.ok(size <= 1.5e6);

// Characters.
const { pictures: all, isEmnist } = images(PROJECT);
const closeness = isEmnist ? 1e-4 : 5e-4;  // MNIST's digits are normalised first, where a pixel may be rounded to the next byte
const files = all.map((picture, i) => {
  writeFileSync(join(folder, `${i}.png`), png(picture));
  return `${i}.png`;
});
await agreesWithNative("cnn", all, files, closeness, 0);
await agreesWithNative("mlp", all, files, closeness, 0);
await agreesWithNative("svm", all, files, closeness, 0);
// A gradient that lies between two bytes may turn the votes of a few of its hundred trees.
await agreesWithNative("forest", all, files, 0.05, Math.ceil(all.length / 500));

// A reader says what it is; probabilities of a batch are those of its images.
const reader = await load(readFileSync(model("mlp")));
assert.deepEqual([reader.kind, reader.classes.length, reader.inputShape], ["network", 47, [28, 28, 1]]);
const batch = new Uint8Array(3 * 784);
all.slice(0, 3).forEach((picture, i) => batch.set(picture.data, 784 * i));
const rows = reader.probabilities(batch);
assert.equal(rows.length, 3 * 47);
assert.deepEqual(reader.probabilities(batch.subarray(784, 2 * 784)), rows.subarray(47, 94));
assert.ok(Math.abs(rows.subarray(0, 47).reduce((sum, p) => sum + p) - 1) < 1e-4);

// A photograph-like picture, dark on light, as RGBA and as grey.
const seven = fromPng(readFileSync(join(PROJECT, "examples/images/seven.png")));
const rgba = new Uint8ClampedArray(4 * seven.data.length);
seven.data.forEach((value, i) => rgba.set([value, value, value, 255], 4 * i));
const colour = reader.character({ ...seven, data: rgba });
assert.deepEqual(colour, reader.character(seven));
assert.equal(colour.label, "7");
assert.match(reader.character(seven, { charset: "upper" }).label, /^[A-Z]$/);

// What the model saw, and where it looked.
const { seen, explanation, ...plain } = reader.character(seven, { seen: true, explain: true });
assert.deepEqual(plain, reader.character(seven));
assert.deepEqual([seen.length, explanation.length, Math.max(...explanation)], [784, 784, 1]);
assert.ok(Math.max(...seen) === 255 && seen.slice(0, 28).every((value) => value === 0));

// What is no character.
const hatched = { width: 120, height: 120, data: new Uint8Array(120 * 120).fill(255) };
for (let i = 0; i < 80 * 80; ++i) {
  const [x, y] = [i % 80, Math.floor(i / 80)];
  if (Math.floor((x + y) / 8) % 2 === 0) hatched.data[(20 + y) * 120 + 20 + x] = 0;
}
const cnn = await load(readFileSync(model("cnn")));
assert.deepEqual([cnn.character(hatched).unfamiliar, cnn.character(seven).unfamiliar], [true, false]);
cnn.free();

// A line, by its characters: the package has no network of lines.
const line = { width: 3 * seven.width, height: seven.height, data: new Uint8Array(3 * seven.data.length) };
for (let y = 0; y < seven.height; ++y) {
  for (let k = 0; k < 3; ++k) line.data.set(seven.data.subarray(y * seven.width, (y + 1) * seven.width), (3 * y + k) * seven.width);
}
writeFileSync(join(folder, "line.png"), png(line));
const [expected] = native("read", "--model", model("mlp"), "--lines", "none", "--json", "--pattern", "###", "line.png");
const field = reader.field(line, { pattern: "###" });
assert.equal(field.text, expected.prediction);
assert.equal(field.text, "777");
field.characters.forEach((character, i) => {
  assert.deepEqual(character.box, expected.characters[i].box);
  assert.ok(Math.abs(character.confidence - expected.characters[i].confidence) < 1e-3);
});

// A form.
const blank = fromPng(readFileSync(join(PROJECT, "examples/forms/blank.png")));
const form = reader.form(readFileSync(join(PROJECT, "examples/forms/form.json"), "utf8"), blank);
const page = form.page(fromPng(readFileSync(join(PROJECT, "examples/forms/filled-1.png"))));
assert.equal(page.form, "village-vote");
assert.ok("votes01" in page.fields);
const filled = form.page(fromPng(readFileSync(join(PROJECT, "examples/forms/filled-1.png"))), { registered: true });
assert.deepEqual({ ...filled, registered: undefined }, { ...page, registered: undefined });
assert.deepEqual([filled.registered.width, filled.registered.height, filled.registered.data.length], [1240, 1754, 1240 * 1754]);
assert.equal(form.page(line, { registered: true }).registered, null);
form.free();

// What cannot be.
await assert.rejects(load(new Uint8Array(10)), /the model/);
const damaged = Uint8Array.from(readFileSync(model("svm")));
damaged[damaged.length - 3] ^= 0x40;
await assert.rejects(load(damaged), /self-test|not/);
assert.throws(() => reader.character({ data: new Uint8Array(900), width: 30, height: 30 }), { name: "NoInkError", message: /no ink/ });
assert.throws(() => reader.character({ data: new Uint8Array(9), width: 30, height: 30 }), TypeError);
assert.throws(() => reader.field(line, { pattern: "[" }), { name: "ArgumentError", message: /attern/ });
assert.throws(() => reader.probabilities(new Uint8Array(785)), TypeError);
assert.throws(() => reader.form("{}", blank), /form.json/);

// The page's first block, as a browser would run it.
const block = /^```js\n(.*?)^```$/ms.exec(readFileSync(join(PROJECT, "docs/browser.md"), "utf8"))[1];
globalThis.fetch = async (name) => new Response(readFileSync(model(name.replace(".safetensors", ""))));
globalThis.document = {
  querySelector: () => ({ width: seven.width, height: seven.height, getContext: () => ({ getImageData: () => ({ ...seven, data: rgba }) }) }),
};
const said = [];
console.log = (text) => said.push(text);
writeFileSync(join(folder, "page.mjs"), block.replace('"inkling"', JSON.stringify(pathToFileURL(join(PACKAGE, "index.mjs")).href)));
await import(pathToFileURL(join(folder, "page.mjs")));
assert.match(said.join("\n"), /^7 with a probability of 1\.00$|^7 with a probability of 0\.9\d$/m);
