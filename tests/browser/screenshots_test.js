// The pictures of docs/screenshots, when the environment names a folder for them in SCREENSHOTS.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { lineOf, recorded } from "./strokes.js";
import { launch, phone, quit, Visit } from "./visit.js";

const folder = process.env.SCREENSHOTS;
const largest = 120_000;  // bytes
const skip = folder ? false : "SCREENSHOTS is not set";

before(launch);
after(quit);

async function photograph(visit, name, options = {}) {
  await visit.settled();
  await visit.page.mouse.move(0, 0);
  const path = join(folder, `${name}.png`);
  await visit.page.screenshot({ path, ...options });
  assert.ok(statSync(path).size <= largest, `${path} is too large`);
  await visit.end();
}

async function character(options, label, name) {
  const visit = await Visit.begin(options);
  await visit.draw(recorded[label]);
  await visit.reads(label);
  await photograph(visit, name);
}

async function line(options, name) {
  const visit = await Visit.begin(options, "line");
  const box = await visit.find(".ink").boundingBox();
  await visit.draw(lineOf("2743", box.width / box.height));
  await visit.says("It says 2743");
  await visit.find(".characters button").nth(2).click();
  await photograph(visit, name);
}

const wide = { viewport: { width: 1180, height: 990 } };
const small = { ...phone, deviceScaleFactor: 1.5 };
const dark = { colorScheme: "dark" };

test("one character", { skip }, async () => {
  await character(wide, "G", "character-wide-light");
  await character({ ...wide, ...dark }, "R", "character-wide-dark");
  await character(small, "G", "character-narrow-light");
  await character({ ...small, ...dark }, "3", "character-narrow-dark");
});

test("a line", { skip }, async () => {
  await line(wide, "line-wide-light");
  await line({ ...small, ...dark }, "line-narrow-dark");
});
