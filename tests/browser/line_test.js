// The tab for a line, and the tabs themselves.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { lineOf } from "./strokes.js";
import { launch, phone, quit, Visit } from "./visit.js";

const text = "2743";

before(launch);
after(quit);

async function lineDrawn(options) {
  const visit = await Visit.begin(options, "line");
  const { width, height } = await visit.find(".ink").boundingBox();
  await visit.draw(lineOf(text, width / height));
  await visit.says(`It says ${text}`);
  return visit;
}

test("the tabs follow arrow keys and the address", async () => {
  const visit = await Visit.begin({}, "line");
  const { page } = visit;
  const tab = (name) => page.locator(`#${name}-tab`);
  await tab("make").waitFor();
  assert.equal(await tab("line").getAttribute("aria-selected"), "true");
  assert.ok(await page.locator("#character-panel").isHidden());
  await tab("line").focus();
  await page.keyboard.press("ArrowRight");
  assert.ok(await page.locator("#form-panel").isVisible());
  await page.keyboard.press("ArrowRight");
  assert.ok(await page.locator("#make-panel").isVisible());
  await page.keyboard.press("ArrowRight");
  assert.ok(await page.locator("#character-panel").isVisible());
  assert.ok(page.url().endsWith("#character"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "character-tab");
  assert.equal(await tab("line").getAttribute("tabindex"), "-1");
  await page.keyboard.press("End");
  assert.ok(await page.locator("#make-panel").isVisible());
  await page.keyboard.press("ArrowLeft");
  assert.ok(await page.locator("#form-panel").isVisible());
  await tab("character").click();
  assert.ok(await page.locator("#form-panel").isHidden());
  await visit.end();
});

test("a line that is drawn is read, with a frame around each character", async () => {
  const visit = await lineDrawn();
  assert.equal(await visit.find(".characters button").count(), text.length);
  assert.match(await visit.text(".advice"), /^The whole line is right about \d+ times in 10\. /);
  const sheet = await visit.find(".sheet").boundingBox();
  const boxes = await visit.find(".boxes rect").evaluateAll((frames) =>
    frames.map((frame) => frame.getBoundingClientRect()).map(({ left, right }) => (left + right) / 2));
  const { width, height } = sheet;
  const strokes = lineOf("2222", width / height);  // where each place is, whatever is written there
  boxes.forEach((middle, i) => {
    const xs = strokes[i].map(([x]) => sheet.x + x * width);
    assert.ok(middle > Math.min(...xs) && middle < Math.max(...xs), `frame ${i} is elsewhere`);
  });
  await visit.end();
});

test("a character shows its alternatives, and choosing one corrects the text", async () => {
  const visit = await lineDrawn();
  const third = visit.find(".characters button").nth(2);
  await third.click();
  assert.equal(await third.getAttribute("aria-pressed"), "true");
  assert.equal(await visit.text(".odds h2"), "Character 3 could be");
  const other = visit.find(".candidates button").nth(1);
  const label = await other.locator(".label").textContent();
  await other.click();
  await visit.says(`It says 27${label}3`);
  assert.match(await third.getAttribute("aria-label"), /chosen by you/);
  await visit.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await visit.find(".copy").click();
  await visit.find(".copy").filter({ hasText: "Copied" }).waitFor();
  assert.equal(await visit.page.evaluate(() => navigator.clipboard.readText()), `27${label}3`);
  await visit.end();
});

test("a picture of a line can be opened, and its frames tapped", async () => {
  const visit = await Visit.begin({}, "line");
  const size = { width: 600, height: 150 };
  await visit.upload("line.png", "image/png", await visit.pictureOf(lineOf(text, 4), size));
  await visit.says(`It says ${text}`);
  await visit.find(".boxes rect").nth(1).click();
  assert.equal(await visit.text(".odds h2"), "Character 2 could be");
  await visit.page.keyboard.press("Escape");
  await visit.says("Nothing written yet");
  assert.equal(await visit.find(".boxes rect").count(), 0);
  await visit.end();
});

test("charset and pattern are sent, and a pattern that is refused is explained", async () => {
  const visit = await lineDrawn();
  await visit.page.route("**/predict/field", (route) => route.fulfill({
    status: 400, contentType: "application/problem+json", body: JSON.stringify({ detail: "The pattern ends early." }),
  }));
  const asked = visit.page.waitForRequest("**/predict/field");
  await visit.find("#pattern").fill("####*");
  await visit.page.keyboard.press("Enter");
  const form = (await asked).postDataBuffer().toString("latin1");
  assert.match(form, /name="pattern"\r\n\r\n####\*\r\n/);
  assert.match(form, /name="charset"\r\n\r\ndigits\r\n/);
  await visit.says("That cannot be asked");
  assert.equal(await visit.text(".advice"), "The pattern ends early.");
  await visit.end({ refusals: true });
});

test("a line without characters says so", async () => {
  const visit = await Visit.begin({}, "line");
  await visit.page.route("**/predict/field", (route) => route.fulfill({ json: { prediction: "", characters: [] } }));
  await visit.draw(lineOf("7", 4));
  await visit.says("No characters found");
  await visit.end();
});

test("a line fits a phone", async () => {
  const visit = await Visit.begin(phone, "line");
  const { width, height } = await visit.find(".ink").boundingBox();
  await visit.touch(lineOf(text, width / height));
  await visit.says(`It says ${text}`);
  assert.equal(await visit.page.evaluate(() => document.documentElement.scrollWidth), phone.viewport.width);
  await visit.end();
});
