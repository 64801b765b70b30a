// The tab for one character.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { recorded } from "./strokes.js";
import { launch, phone, quit, url, Visit } from "./visit.js";

before(launch);
after(quit);

test("characters drawn with the mouse are read", async () => {
  const visit = await Visit.begin();
  for (const character of Object.keys(recorded)) {
    await visit.draw(recorded[character]);
    await visit.reads(character);
    assert.equal(await visit.find(".candidates li").count(), 5);
    await visit.find(".clear").click();
    await visit.says("Nothing written yet");
    assert.ok(await visit.find(".odds").isHidden());
    assert.ok(await visit.find(".evidence").isHidden());
  }
  await visit.end();
});

test("the evidence: models side by side, what they saw, where it looked, time", async () => {
  const visit = await Visit.begin();
  await visit.draw(recorded[7]);
  await visit.reads("7");
  const { models } = await (await fetch(`${url}/models`)).json();
  assert.equal(await visit.find(".models li").count(), models.length);
  assert.match(await visit.text(".agreement"), /agree|of \d read 7/);
  const accuracies = await visit.text(".accuracies");
  for (const { accuracy, accuracy_samples: samples, accuracy_on: on } of models) {
    for (const part of [`${(100 * accuracy).toFixed(1)} %`, samples.toLocaleString("en"), on]) {
      assert.ok(accuracies.includes(part), `${part} is not in: ${accuracies}`);
    }
  }
  const pixels = (figure) => visit.find(`${figure} canvas`).evaluate((canvas) =>
    [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]);
  const seen = await pixels(".seen");
  assert.equal(Math.max(...seen.filter((_, i) => i % 4 === 0)), 255);
  await visit.find(".focus:not(.pending)").waitFor();
  const focus = await pixels(".focus");
  assert.ok(focus.some((red, i) => i % 4 === 0 && red > focus[i + 2] + 50), "nothing is warm");
  assert.match(await visit.text(".focus-place"), /^The .+ decided most\.$/);
  assert.match(await visit.text(".time"), /^Read in [\d.]+ ms; [\d.]+ ms with the way/);
  await visit.end();
});

test("members that the answer lacks leave no hole", async () => {
  const visit = await Visit.begin();
  await visit.page.route("**/predict", (route) => route.fulfill({ json: {
    prediction: "G", confidence: 0.99, model: "cnn", candidates: [{ label: "G", probability: 0.99 }],
  } }));
  await visit.draw(recorded.G);
  await visit.reads("G");
  await visit.settled();
  for (const part of [".comparison", ".seen", ".focus"]) assert.ok(await visit.find(part).isHidden(), part);
  assert.match(await visit.text(".time"), /^Read in [\d.]+ ms\.$/);
  await visit.end();
});

test("what is next to impossible is not said to be impossible", async () => {
  const visit = await Visit.begin();
  await visit.page.route("**/predict", (route) => route.fulfill({ json: {
    prediction: "G", confidence: 0.999, model: "cnn",
    candidates: [{ label: "G", probability: 0.999 }, { label: "C", probability: 0.001 }, { label: "6", probability: 0.0004 }],
  } }));
  await visit.draw(recorded.G);
  await visit.reads("G");
  assert.deepEqual(await visit.find(".candidates .share").allTextContents(), ["99.9 %", "0.1 %", "< 0.1 %"]);
  await visit.end();
});

test("undo takes back one stroke, by button and by key", async () => {
  const visit = await Visit.begin();
  await visit.draw(recorded[4]);
  await visit.find(".glyph").filter({ hasText: /./ }).waitFor();
  await visit.page.keyboard.press("Control+z");
  assert.ok(await visit.find(".undo").isEnabled());
  await visit.find(".undo").click();
  await visit.says("Nothing written yet");
  assert.ok(await visit.find(".undo").isDisabled());
  await visit.end();
});

test("a picture can be opened, and drawing replaces it", async () => {
  const visit = await Visit.begin();
  await visit.upload("seven.png", "image/png", await visit.pictureOf(recorded[7]));
  await visit.reads("7");
  assert.ok(await visit.find(".picture").isVisible());
  await visit.draw(recorded[3]);
  await visit.reads("3");
  assert.ok(await visit.find(".picture").isHidden());
  await visit.end();
});

test("a picture that the server does not read is converted by the browser", async () => {
  const visit = await Visit.begin();
  await visit.upload("seven.webp", "image/webp", await visit.pictureOf(recorded[7], { type: "image/webp" }));
  await visit.reads("7");
  await visit.end();
});

test("a picture can be pasted and dropped", async () => {
  const visit = await Visit.begin();
  const picture = await visit.pictureOf(recorded[7]);
  for (const kind of ["paste", "drop"]) {
    await visit.transfer(kind, picture);
    await visit.reads("7");
    await visit.page.keyboard.press("Escape");
    await visit.says("Nothing written yet");
  }
  await visit.end();
});

test("the switch for characters asks again", async () => {
  const visit = await Visit.begin();
  await visit.draw(recorded[7]);
  await visit.reads("7");
  await visit.find(".charsets label").last().click();
  await visit.find(".candidates .label").first().filter({ hasText: /^[A-Za-z]$/ }).waitFor();
  const labels = await visit.find(".candidates .label").allTextContents();
  assert.ok(labels.every((label) => /^[A-Za-z]$/.test(label)), labels.join(" "));
  await visit.end();
});

test("the reading follows the newest ink, whatever order answers come in", async () => {
  const visit = await Visit.begin();
  let number = 0;
  await visit.page.route("**/predict", async (route) => {
    const label = number++ === 0 ? "3" : "7";
    if (label === "3") await new Promise((resolve) => setTimeout(resolve, 600));
    await route.fulfill({ json: { prediction: label, confidence: 1, candidates: [{ label, probability: 1 }] } })
      .catch(() => {});  // the page has given it up
  });
  const first = visit.page.waitForRequest("**/predict");
  await visit.draw(recorded[3]);
  await first;
  await visit.page.keyboard.press("Escape");
  await visit.draw(recorded[7]);
  await visit.reads("7");
  await visit.page.waitForTimeout(800);
  assert.equal(await visit.text(".glyph"), "7");
  await visit.end();
});

test("the keyboard alone is enough", async () => {
  const visit = await Visit.begin();
  const { keyboard } = visit.page;
  const reached = [];
  for (let i = 0; i < 8; ++i) {
    await keyboard.press("Tab");
    reached.push(await visit.page.evaluate(() => document.activeElement.id || document.activeElement.className
      || document.activeElement.name));
  }
  for (const part of ["character-tab", "ink", "example", "file", "character-charset"]) {
    assert.ok(reached.includes(part), `${part} is not reached: ${reached}`);
  }
  await visit.find(".example").focus();
  await keyboard.press("Enter");
  await visit.reads("G");
  await visit.find("input[value=all]").focus();
  await keyboard.press("ArrowRight");
  await visit.find(".glyph").filter({ hasText: /^\d$/ }).waitFor();
  await keyboard.press("Escape");
  await visit.says("Nothing written yet");
  await visit.end();
});

test("a finger draws on a phone, and the page does not scroll away", async () => {
  const visit = await Visit.begin(phone);
  await visit.touch(recorded[7]);
  await visit.reads("7");
  assert.equal(await visit.page.evaluate(() => scrollY), 0);
  assert.equal(await visit.page.evaluate(() => document.documentElement.scrollWidth), phone.viewport.width);
  assert.ok(await visit.find(".camera").isVisible());
  await visit.end();
});
