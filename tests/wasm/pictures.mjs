// Pictures for the tests of the reader in the browser, and what the native command says of them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync, gunzipSync, inflateSync } from "node:zlib";

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

export function png({ data, width, height }) {
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
export function fromPng(bytes) {
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

/** The lines of JSON that the command answers with. */
export function native(command, folder, ...args) {
  const out = execFileSync(command, args, { cwd: folder, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] }).toString();
  return out.trim().split("\n").map((line) => JSON.parse(line));
}

/** Images of 28 x 28 from EMNIST balanced, 2,000, where INKLING_SHARED has them (its files hold them transposed); else 200 of data/. */
export function images(project) {
  const emnist = join(process.env.INKLING_SHARED ?? join(project, "../shared"), "data/emnist/emnist-balanced-test-images-idx3-ubyte.gz");
  const isEmnist = existsSync(emnist);
  const bytes = gunzipSync(readFileSync(isEmnist ? emnist : join(project, "data/t10k-images-idx3-ubyte.gz")));
  const pictures = Array.from({ length: isEmnist ? 2000 : 200 }, (_, i) => {
    const image = bytes.subarray(16 + 784 * i, 16 + 784 * (i + 1));
    const data = new Uint8Array(784);
    for (let k = 0; k < 784; ++k) data[k] = isEmnist ? image[(k % 28) * 28 + Math.floor(k / 28)] : image[k];
    return { data, width: 28, height: 28 };
  });
  return { pictures, isEmnist };
}

/** The largest difference of a candidate's probability, and how many labels are others. */
export function compare(expected, got) {
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
