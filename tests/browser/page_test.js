// The page in a real browser: node --test page_test.js
// Environment: INKLING_URL (a running server), CHROMIUM, SCREENSHOTS (a folder).

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import axe from "axe-core";
import { chromium } from "playwright-core";

const url = process.env.INKLING_URL;
const screenshots = process.env.SCREENSHOTS;
const wide = { width: 1180, height: 900 };
const narrow = { width: 390, height: 844 };

// Strokes of points in [0, 1] x [0, 1], as a hand drew them.
const recorded = {
  7: [[[0.28, 0.25], [0.45, 0.24], [0.68, 0.23], [0.63, 0.38], [0.53, 0.56], [0.47, 0.78]]],
  4: [[[0.52, 0.22], [0.42, 0.4], [0.29, 0.58], [0.48, 0.58], [0.72, 0.57]], [[0.6, 0.4], [0.58, 0.6], [0.57, 0.8]]],
  3: [[[0.33, 0.28], [0.45, 0.22], [0.58, 0.24], [0.62, 0.34], [0.54, 0.45], [0.44, 0.48], [0.57, 0.51], [0.65, 0.61],
    [0.61, 0.73], [0.48, 0.79], [0.33, 0.74]]],
  G: [[[0.71, 0.31], [0.6, 0.23], [0.46, 0.23], [0.34, 0.34], [0.3, 0.5], [0.35, 0.67], [0.48, 0.77], [0.62, 0.74],
    [0.7, 0.65], [0.71, 0.54], [0.62, 0.54], [0.53, 0.55]]],
  R: [[[0.35, 0.24], [0.35, 0.5], [0.35, 0.78]], [[0.35, 0.26], [0.5, 0.22], [0.62, 0.29], [0.61, 0.41], [0.5, 0.49],
    [0.37, 0.5], [0.52, 0.62], [0.68, 0.78]]],
};

// Which of them the model must read: those that it has a class for.
const known = async () => {
  const { models } = await (await fetch(`${url}/models`)).json();
  return Object.keys(recorded).filter((character) => models[0].classes.includes(character));
};

let profile;
let context;
let page;
let errors;

async function open(options = {}) {
  profile = await mkdtemp(join(tmpdir(), "inkling-browser-"));
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
    viewport: wide,
    colorScheme: "light",
    ...options,
  });
  page = context.pages()[0] ?? (await context.newPage());
  errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  await page.locator("#model-list input").first().waitFor({ state: "attached" });
}

async function close() {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}

async function draw(strokes) {
  const box = await page.locator("#ink").boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  for (const stroke of strokes) {
    await page.mouse.move(...at(stroke[0]));
    await page.mouse.down();
    for (const point of stroke.slice(1)) await page.mouse.move(...at(point), { steps: 3 });
    await page.mouse.up();
  }
}

const headline = () => page.locator("#headline");
const says = (text) =>
  page.waitForFunction((part) => document.querySelector("#headline").textContent.includes(part), text);
const readsSomething = () => page.waitForFunction(() => document.querySelectorAll("#candidates li").length > 0);
const glyph = () => page.locator("#glyph").textContent();
const screenshot = (name) => screenshots && page.screenshot({ path: join(screenshots, `${name}.png`) });

async function accessible() {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, []);
}

// A PNG of the character in black on white, made by the browser itself.
const drawnFile = (strokes, type = "image/png") => page.evaluate(async ([strokes, type]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 300, height: 300 });
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, 300, 300);
  context.lineWidth = 16;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    stroke.forEach(([x, y]) => context.lineTo(300 * x, 300 * y));
    context.stroke();
  }
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type));
  return [...new Uint8Array(await blob.arrayBuffer())];
}, [strokes, type]).then((bytes) => Buffer.from(bytes));

const upload = async (name, mimeType, buffer) => page.locator("#file").setInputFiles({ name, mimeType, buffer });

beforeEach(() => open());
afterEach(close);

test("characters drawn with the mouse are read", async () => {
  assert.equal(await headline().textContent(), "Nothing written yet");
  await screenshot("empty");
  const characters = await known();
  assert.ok(characters.length > 0);
  for (const character of characters) {
    await draw(recorded[character]);
    await readsSomething();
    await says(character);
    assert.equal(await glyph(), character);
    await page.locator("#clear").click();
    assert.equal(await headline().textContent(), "Nothing written yet");
    assert.equal(await page.locator("#candidates li").count(), 0);
  }
  await draw(recorded[characters.at(-1)]);
  await readsSomething();
  assert.equal(await page.locator("#candidates li").count(), 5);
  const ink = await page.evaluate(() => {
    const { data } = document.querySelector("#seen").getContext("2d").getImageData(0, 0, 28, 28);
    return Math.max(...data.filter((_, i) => i % 4 === 0));
  });
  assert.equal(ink, 255);
  await page.waitForTimeout(250);
  await screenshot("drawn");
  await accessible();
  assert.deepEqual(errors, []);
});

test("undo takes back one stroke, by button and by key", async () => {
  await draw(recorded[4]);
  await readsSomething();
  await page.keyboard.press("Control+z");
  await readsSomething();
  await page.locator("#undo").click();
  await says("Nothing written yet");
  assert.ok(await page.locator("#undo").isDisabled());
  assert.deepEqual(errors, []);
});

test("a picture can be opened, and drawing replaces it", async () => {
  await upload("seven.png", "image/png", await drawnFile(recorded[7]));
  await says("7");
  assert.ok(await page.locator("#picture").isVisible());
  await screenshot("opened");
  await draw(recorded[3]);
  await says("3");
  assert.ok(!(await page.locator("#picture").isVisible()));
  assert.deepEqual(errors, []);
});

test("a picture that the server does not read is converted by the browser", async () => {
  await upload("seven.webp", "image/webp", await drawnFile(recorded[7], "image/webp"));
  await says("7");
});

test("a picture can be pasted and dropped", async () => {
  const bytes = [...(await drawnFile(recorded[7]))];
  for (const type of ["paste", "drop"]) {
    await page.evaluate(([type, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], "seven.png", { type: "image/png" }));
      const event = type === "paste" ? new ClipboardEvent("paste", { clipboardData: transfer })
        : new DragEvent("drop", { dataTransfer: transfer, cancelable: true });
      document.dispatchEvent(event);
      window.dispatchEvent(event);
    }, [type, bytes]);
    await says("7");
    await page.keyboard.press("Escape");
    await says("Nothing written yet");
  }
  assert.deepEqual(errors, []);
});

test("what is wrong with a file is said", async () => {
  await upload("notes.png", "image/png", Buffer.from("only text"));
  await says("That is not a picture");
  assert.equal(await page.locator("#candidates li").count(), 0);
  await upload("notes.txt", "text/plain", Buffer.from("only text"));
  await says("That is not a picture");
  await upload("blank.png", "image/png", await drawnFile([]));
  await says("No character found");
  await accessible();
  await screenshot("no-character");
});

test("a server error is shown, and trying again works", async () => {
  await page.route("**/predict", (route) => route.abort());
  await draw(recorded[7]);
  await says("The server is away");
  await screenshot("server-away");
  await page.unroute("**/predict");
  await page.locator("#retry").click();
  await says("7");
  assert.ok(!(await page.locator("#retry").isVisible()));

  const answers = { 503: "The server is busy", 500: "That went wrong", 413: "That picture is too large" };
  for (const [status, text] of Object.entries(answers)) {
    await page.route("**/predict", (route) => route.fulfill({
      status: Number(status), contentType: "application/problem+json", body: JSON.stringify({ status: Number(status) }),
    }));
    await page.keyboard.press("Control+z");
    await draw(recorded[7]);
    await says(text);
    await page.unroute("**/predict");
  }
});

test("the reading follows the newest ink, whatever order answers come in", async () => {
  let first = true;
  await page.route("**/predict", async (route) => {
    if (first) {
      first = false;
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    await route.continue().catch(() => {});  // the page has aborted it
  });
  await draw(recorded[3]);
  await page.waitForTimeout(300);
  await page.keyboard.press("Escape");
  await draw(recorded[7]);
  await says("7");
  await page.waitForTimeout(800);
  assert.equal(await glyph(), "7");
});

test("not sure is said", async () => {
  await page.route("**/predict", (route) => route.fulfill({ json: {
    prediction: "O", confidence: 0.41, model: "cnn", seen: new Array(784).fill(0),
    candidates: [{ label: "O", probability: 0.41 }, { label: "0", probability: 0.39 }],
  } }));
  await draw(recorded[3]);
  await says("Perhaps O");
  assert.match(await page.locator("#advice").textContent(), /could also be 0/);
});

test("the switches for characters and models ask again", async () => {
  await draw(recorded[7]);
  await readsSomething();
  const answerAfterChoosing = async (group) => {
    const choice = page.locator(`#${group} label`).last();
    const [response] = await Promise.all([page.waitForResponse("**/predict"), choice.click()]);
    return [await choice.locator("input").inputValue(), await response.json()];
  };
  const [charset, { candidates }] = await answerAfterChoosing("charsets");
  assert.equal(charset, "letters");
  assert.ok(candidates.every(({ label }) => /^[A-Za-z]$/.test(label)));
  if (await page.locator("#models").isHidden()) return;
  const [name, { model }] = await answerAfterChoosing("models");
  assert.equal(model, name);
});

test("the keyboard alone is enough", async () => {
  const reached = new Set();
  for (let i = 0; i < 12; ++i) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.name));
  }
  for (const id of ["ink", "example", "file", "charset"]) assert.ok(reached.has(id), `${id} is not reached`);
  await page.locator("#example").focus();
  await page.keyboard.press("Enter");
  await readsSomething();
  assert.deepEqual(errors, []);
});

test("the page works on a phone, with a finger, in the dark", async () => {
  await close();
  await open({ viewport: narrow, hasTouch: true, isMobile: true, deviceScaleFactor: 2, colorScheme: "dark" });
  const client = await context.newCDPSession(page);
  const box = await page.locator("#ink").boundingBox();
  const touch = (type, points) => client.send("Input.dispatchTouchEvent", {
    type, touchPoints: points.map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height })),
  });
  const [stroke] = recorded[7];
  await touch("touchStart", [stroke[0]]);
  for (const point of stroke.slice(1)) await touch("touchMove", [point]);
  await touch("touchEnd", []);
  await says("7");
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), narrow.width);
  await page.waitForTimeout(250);
  await screenshot("phone-dark");
  await accessible();
  assert.deepEqual(errors, []);
});

test("wide and dark", async () => {
  await close();
  await open({ colorScheme: "dark" });
  await draw(recorded[3]);
  await readsSomething();
  await page.waitForTimeout(250);
  await screenshot("drawn-dark");
  await accessible();
});
