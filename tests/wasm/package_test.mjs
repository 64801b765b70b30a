// The package for browsers, against the native command: node package_test.mjs PACKAGE PROJECT COMMAND
//
// On images of data/; on 2,000 of EMNIST where INKLING_SHARED has them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { crc32, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";

const [PACKAGE, PROJECT, COMMAND] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "inkling-wasm-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const { load } = await import(pathToFileURL(join(PACKAGE, "index.mjs")));
const model = (name) => join(PROJECT, "models", `${name}.safetensors`);

/** CRC-32 of PNG; Node has it from version 22 on. */
function checksum(bytes) {
  if (crc32) return crc32(bytes);
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; ++bit) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function png({ data, width, height }) {
  const chunk = (name, body) => {
    const head = Buffer.from(name);
    const number = (value) => { const four = Buffer.alloc(4); four.writeUInt32BE(value); return four; };
    return Buffer.concat([number(body.length), head, body, number(checksum(Buffer.concat([head, body])))]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; ++y) Buffer.from(data.buffer, data.byteOffset + y * width, width).copy(rows, y * (width + 1) + 1);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0))]);
}

/** A grey PNG of 8 bits without interlacing, as those of the project's examples are; others are refused. */
function fromPng(bytes) {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  assert.deepEqual([bytes[24], bytes[25], bytes[28]], [8, 0, 0]);
  const parts = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; ++y) {
    const filter = raw[y * (width + 1)];
    for (let x = 0; x < width; ++x) {
      const left = x > 0 ? data[y * width + x - 1] : 0;
      const up = y > 0 ? data[(y - 1) * width + x] : 0;
      const corner = x > 0 && y > 0 ? data[(y - 1) * width + x - 1] : 0;
      const distances = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
      const paeth = [left, up, corner][distances.indexOf(Math.min(...distances))];
      data[y * width + x] = raw[y * (width + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth][filter];
    }
  }
  return { data, width, height };
}

function native(...args) {
  const out = execFileSync(COMMAND, args, { cwd: folder, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] }).toString();
  return out.trim().split("\n").map((line) => JSON.parse(line));
}

/** How far probabilities may be apart. MNIST's digits are normalised first, where a pixel may be rounded to the next byte. */
let closeness;

/** Images of 28 x 28. EMNIST's files hold them transposed. */
function images() {
  const emnist = join(process.env.INKLING_SHARED ?? join(PROJECT, "../shared"), "data/emnist/emnist-balanced-test-images-idx3-ubyte.gz");
  const there = existsSync(emnist);
  closeness = there ? 1e-4 : 5e-4;
  const bytes = gunzipSync(readFileSync(there ? emnist : join(PROJECT, "data/t10k-images-idx3-ubyte.gz")));
  const count = there ? 2000 : 200;
  return Array.from({ length: count }, (_, i) => {
    const image = bytes.subarray(16 + 784 * i, 16 + 784 * (i + 1));
    const data = new Uint8Array(784);
    for (let k = 0; k < 784; ++k) data[k] = there ? image[(k % 28) * 28 + Math.floor(k / 28)] : image[k];
    return { data, width: 28, height: 28 };
  });
}

/** The largest difference of a candidate's probability, and how many labels are others. */
function compare(expected, got) {
  let worst = 0;
  let others = 0;
  expected.forEach(({ prediction, candidates }, i) => {
    others += prediction === got[i].label ? 0 : 1;
    for (const { label, probability } of candidates) {
      const same = got[i].candidates.find((candidate) => candidate.label === label);
      worst = Math.max(worst, Math.abs(probability - (same?.probability ?? 0)));
    }
  });
  return { worst, others };
}

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
const all = images();
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

// A line.
const line = { width: 3 * seven.width, height: seven.height, data: new Uint8Array(3 * seven.data.length) };
for (let y = 0; y < seven.height; ++y) {
  for (let k = 0; k < 3; ++k) line.data.set(seven.data.subarray(y * seven.width, (y + 1) * seven.width), (3 * y + k) * seven.width);
}
writeFileSync(join(folder, "line.png"), png(line));
const [expected] = native("read", "--model", model("mlp"), "--json", "--pattern", "###", "line.png");
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
form.free();

// What cannot be.
await assert.rejects(load(new Uint8Array(10)), /the model/);
const damaged = Uint8Array.from(readFileSync(model("svm")));
damaged[damaged.length - 3] ^= 0x40;
await assert.rejects(load(damaged), /self-test|not/);
assert.throws(() => reader.character({ data: new Uint8Array(900), width: 30, height: 30 }), /no ink/);
assert.throws(() => reader.character({ data: new Uint8Array(9), width: 30, height: 30 }), TypeError);
assert.throws(() => reader.field(line, { pattern: "[" }), /attern/);
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
