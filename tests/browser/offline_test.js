// The page reads on the device itself: a static folder without any server, and a server that has gone away. INKLING_PAGE
// names the folder (target inkling-page); INKLING_COMMAND the native command, whose answers are asked for, too.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { serve } from "./own_server.js";
import { compare, images, native, png } from "./pictures.mjs";
import { host } from "./static_host.js";
import { lineOf, recorded } from "./strokes.js";
import { launch, quit, Visit } from "./visit.js";

const folder = process.env.INKLING_PAGE;
const skip = folder && existsSync(join(folder, "device.json")) ? false : "the reader for browsers was not built (INKLING_WASM)";
const kept = "It is kept here, and works without a network.";

before(launch);
after(quit);

function cutOff(visit) {
  return visit.context.setOffline(true);
}

async function panelOf(visit, name) {
  visit.panel = visit.page.locator(`#${name}-panel`);
  await visit.page.locator(`#${name}-tab`).click();
}

function isKept(visit) {
  return visit.page.locator(".kept").filter({ hasText: kept }).waitFor();
}

// A page of the static folder, kept by the browser, whose host and network are gone.
async function strandedVisit() {
  const place = await host(folder);
  const visit = await Visit.open("", {}, place.url);
  const posted = [];
  visit.context.on("request", (request) => request.method() !== "GET" && posted.push(request.url()));
  await isKept(visit);
  await place.stop();
  await cutOff(visit);
  await visit.page.reload();
  await panelOf(visit, "character");
  visit.posted = posted;
  return visit;
}

async function endStranded(visit) {
  assert.deepEqual(visit.posted, []);
  await visit.end({ refusals: true });
}

test("a static folder reads characters without a network, and says where", { skip }, async () => {
  const visit = await strandedVisit();
  const { page } = visit;
  assert.match(await page.locator("footer .on-device").textContent(), /read on this device and nothing leaves it/);
  assert.ok(await page.locator("footer .by-server").isHidden());
  assert.ok(await page.locator("footer .choose").isHidden());
  await visit.draw(recorded[7]);
  await visit.reads("7");
  await visit.settled();
  assert.ok(await visit.find(".seen").isVisible());
  assert.ok(await visit.find(".focus").isVisible());
  assert.ok(await visit.find(".comparison").isHidden());
  assert.match(await visit.text(".time"), /^Read in [\d.]+ ms\.$/);
  await visit.find("input[value=letters]").check();
  await visit.find(".glyph").filter({ hasText: /^[A-Za-z]$/ }).waitFor();
  await visit.isAccessible();
  await visit.upload("blank.png", "image/png", await visit.pictureOf([]));
  await visit.says("No character found");
  await visit.upload("notes.png", "image/png", Buffer.from("only text"));
  await visit.says("That is not a picture");
  await endStranded(visit);
});

test("a reader that does not come is said, and asked for again", { skip }, async () => {
  const place = await host(folder);
  place.changes.set("/reader/inkling.wasm", null);
  const visit = await Visit.open("", {}, place.url);
  visit.panel = visit.page.locator("#character-panel");
  await visit.draw(recorded[7]);
  await visit.says("The reader is not here yet");
  await visit.page.locator(".kept").filter({ hasText: "It could not be kept for later" }).waitFor();
  place.changes.clear();
  await visit.find(".retry").click();
  await visit.reads("7");
  await place.stop();
  await visit.end({ refusals: true });
});

test("while there is a network, newer files take the place of what is kept", { skip }, async () => {
  const place = await host(folder);
  const visit = await Visit.open("", {}, place.url);
  await isKept(visit);
  place.changes.set("/forms/village-vote/form.json", '{"newer": true}');
  await visit.page.reload();
  await isKept(visit);
  const text = await visit.page.evaluate(async () => (await caches.match("forms/village-vote/form.json")).text());
  assert.equal(text, '{"newer": true}');
  await place.stop();
  await visit.end();
});

// Orientation 6 of EXIF: the camera lay on its side, and the picture is to be turned right by a quarter.
function turned(jpeg) {
  const exif = Buffer.from("457869660000" + "4d4d002a00000008" + "0001" + "0112" + "0003" + "00000001" + "00060000" + "00000000", "hex");
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

test("a photo is read upright, whatever the camera's orientation", { skip }, async () => {
  const visit = await strandedVisit();
  const lying = recorded.G.map((stroke) => stroke.map(([x, y]) => [y, 1 - x]));  // turned left by a quarter
  for (const side of [300, 900]) {  // as PNG and as JPEG within the page
    const jpeg = await visit.pictureOf(lying, { width: side, height: side, type: "image/jpeg" });
    await visit.upload("G.jpg", "image/jpeg", turned(jpeg));
    await visit.reads("G");
    await visit.find(".clear").click();
  }
  await endStranded(visit);
});

test("a static folder reads lines and pages of forms", { skip }, async () => {
  const visit = await strandedVisit();
  await panelOf(visit, "line");
  const { width, height } = await visit.find(".ink").boundingBox();
  await visit.draw(lineOf("2743", width / height));
  await visit.says("It says 2743");
  await visit.find("#pattern").fill("[");
  await visit.find("#pattern").dispatchEvent("change");
  await visit.says("That cannot be asked");
  await panelOf(visit, "form");
  await visit.says("No page read yet");
  await visit.find(".file").setInputFiles(join(process.env.INKLING_FORMS, "filled-1.png"));
  await visit.says("1 page read");
  assert.equal(await visit.find(".entries input").nth(2).inputValue(), "012");
  assert.equal(await visit.find(".leaf img").evaluate((image) => image.decode().then(() => image.naturalWidth)), 1240);
  await endStranded(visit);
});

// Chromium decodes the pictures, the worker reads them; all as the page does it by itself.
test("its answers are the native ones", { skip }, async (context) => {
  const { pictures, isEmnist } = images(process.env.INKLING_PROJECT);
  const files = mkdtempSync(join(tmpdir(), "inkling-page-"));
  const visit = await strandedVisit();
  try {
    const names = pictures.map((picture, i) => {
      writeFileSync(join(files, `${i}.png`), png(picture));
      return `${i}.png`;
    });
    const expected = native(process.env.INKLING_COMMAND, files, "predict", "--model", join(folder, "reader/model.safetensors"), "--json", "--top", "3", ...names);
    const sent = names.map((name) => readFileSync(join(files, name)).toString("base64"));
    const got = await visit.page.evaluate(async (all) => {
      const { readCharacter } = await import("./api.js");
      const readings = [];
      for (const text of all) {
        const picture = await (await fetch(`data:image/png;base64,${text}`)).blob();
        const { prediction: label, candidates, elapsed } = await readCharacter(picture, { charset: "all" });
        readings.push({ label, candidates, elapsed });
      }
      return readings;
    }, sent);
    const { worst, others } = compare(expected, got);
    const ms = got.map(({ elapsed }) => elapsed).sort((a, b) => a - b)[Math.floor(got.length / 2)];
    context.diagnostic(`${got.length} images: probabilities by up to ${worst}, ${others} other labels, ${ms.toFixed(2)} ms from picture to answer`);
    assert.ok(worst <= (isEmnist ? 1e-4 : 5e-4));
    assert.equal(others, 0);
  } finally {
    rmSync(files, { recursive: true });
  }
  await endStranded(visit);
});

test("the server's page reads on the device when asked to, and goes on when the server is away", { skip }, async () => {
  const server = await serve("--forms", process.env.INKLING_FORMS);
  const visit = await Visit.open("/#character", {}, server.url);
  const { page } = visit;
  await panelOf(visit, "character");
  const asked = [];
  page.on("request", (request) => request.method() === "POST" && asked.push(request.url()));
  const box = page.getByLabel(/Read on this device instead/);
  await visit.draw(recorded[7]);
  await visit.reads("7");
  assert.ok(asked.length > 0);
  assert.ok(await visit.find(".comparison").isVisible());
  assert.match(await page.locator("footer .by-server").textContent(), /read by this server/);
  await page.locator("#form-tab").waitFor();

  await box.check();
  await isKept(visit);
  await visit.find(".time").filter({ hasText: /^Read in [\d.]+ ms\.$/ }).waitFor();  // the same ink, read here
  await visit.settled();
  assert.equal(await visit.text(".glyph"), "7");
  assert.ok(await page.locator("#form-tab").isHidden());
  asked.length = 0;

  await server.stop();
  await cutOff(visit);
  await page.reload();
  await panelOf(visit, "character");
  assert.ok(await box.isChecked());
  await visit.draw(recorded[3]);
  await visit.reads("3");
  assert.deepEqual(asked, []);

  await box.uncheck();
  await visit.says("The server is away");
  assert.equal(await page.evaluate(async () => (await caches.keys()).length + (await navigator.serviceWorker.getRegistrations()).length), 0);
  await visit.end({ refusals: true });
});

test("a server that asks for a key gives its model to those who have one", { skip }, async () => {
  const files = mkdtempSync(join(tmpdir(), "inkling-page-"));
  const key = "0123456789abcdef";
  writeFileSync(join(files, "keys"), `${key}\n`);
  const server = await serve("--api-key-file", join(files, "keys"));
  const visit = await Visit.open("/#character", {}, server.url);
  await panelOf(visit, "character");
  await visit.page.getByLabel(/Read on this device instead/).check();
  await visit.page.locator("dialog.key").waitFor();
  await visit.page.keyboard.type(key);
  await visit.page.keyboard.press("Enter");
  await isKept(visit);
  await server.stop();
  await visit.page.reload();
  await visit.draw(recorded[7]);
  await visit.reads("7");
  rmSync(files, { recursive: true });
  await visit.end({ refusals: true });
});
