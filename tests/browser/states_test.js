// What goes wrong, and what the page says to do.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { recorded } from "./strokes.js";
import { launch, quit, Visit } from "./visit.js";

before(launch);
after(quit);

test("what is wrong with a file is said", async () => {
  const visit = await Visit.begin();
  await visit.upload("notes.png", "image/png", Buffer.from("only text"));
  await visit.says("That is not a picture");
  await visit.upload("notes.txt", "text/plain", Buffer.from("only text"));
  await visit.says("That is not a picture");
  await visit.upload("blank.png", "image/png", await visit.pictureOf([]));
  await visit.says("No character found");
  await visit.transfer("paste", Buffer.from("only text"), "text/plain");
  await visit.says("That is not a picture");
  assert.ok(await visit.find(".retry").isHidden());
  await visit.end({ refusals: true });
});

test("a file that is too large is not sent", async () => {
  const visit = await Visit.begin();
  await visit.page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(51_000_000)], "huge.png", { type: "image/png" }));
    dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
  });
  await visit.says("That picture is too large");
  await visit.end();
});

test("a large photo is made smaller", async () => {
  const visit = await Visit.begin();
  const photo = await visit.pictureOf(recorded[7], { width: 2400, height: 2400 });
  await visit.page.route("**/predict", (route) => route.continue());  // else Chromium does not tell a body of files
  const asked = visit.page.waitForRequest("**/predict");
  await visit.upload("photo.png", "image/png", photo);
  const body = (await asked).postDataBuffer();
  const size = body.indexOf(Buffer.from([0xff, 0xc0])) + 5;  // in the header of a baseline JPEG
  assert.deepEqual([body.readUInt16BE(size), body.readUInt16BE(size + 2)], [1600, 1600]);
  await visit.reads("7");
  await visit.end();
});

for (const [status, text, retry] of [
  [413, "That picture is too large", false],
  [422, "No character found", false],
  [500, "That went wrong", true],
  [503, "The server is busy", true],
]) {
  test(`${status}: ${text}`, async () => {
    const visit = await Visit.begin();
    await visit.refuse("**/predict", status);
    await visit.draw(recorded[7]);
    await visit.says(text);
    assert.equal(await visit.find(".retry").isVisible(), retry);
    assert.notEqual(await visit.text(".advice"), "");
    assert.ok(await visit.find(".evidence").isHidden());
    await visit.end({ refusals: true });
  });
}

test("a busy server is asked again after the time that it names", async () => {
  const visit = await Visit.begin();
  let asked = 0;
  await visit.page.route("**/predict", (route) => ++asked > 1 ? route.fallback() : route.fulfill({
    status: 503, headers: { "Retry-After": "1" }, contentType: "application/problem+json", body: "{}",
  }));
  await visit.draw(recorded[7].slice(0, 1));
  await visit.reads("7");
  assert.ok(asked >= 2);
  await visit.end({ refusals: true });
});

test("while the server has not answered, the page says that it reads", async () => {
  const visit = await Visit.begin();
  let answer;
  const asked = new Promise((resolve) => visit.page.route("**/predict", (route) => {
    answer = () => route.continue();
    resolve();
  }));
  await visit.upload("seven.png", "image/png", await visit.pictureOf(recorded[7]));
  await asked;
  await visit.says("Reading");
  answer();
  await visit.reads("7");
  await visit.end();
});

test("offline is said, and trying again works", async () => {
  const visit = await Visit.begin();
  const away = (route) => route.abort("internetdisconnected");
  await visit.page.route("**/predict", away);
  await visit.draw(recorded[7]);
  await visit.says("The server is away");
  await visit.page.unroute("**/predict", away);
  await visit.find(".retry").click();
  await visit.reads("7");
  assert.ok(await visit.find(".retry").isHidden());
  await visit.end({ refusals: true });
});

test("a proxy's page in place of an answer is not taken for one", async () => {
  const visit = await Visit.begin();
  await visit.page.route("**/predict", (route) => route.fulfill({ contentType: "text/html", body: "<p>Welcome" }));
  await visit.draw(recorded[7]);
  await visit.says("The server is away");
  await visit.end();
});

test("not sure is said, with the odds and the rival", async () => {
  const visit = await Visit.begin();
  await visit.page.route("**/predict", (route) => route.fulfill({ json: {
    prediction: "O", confidence: 0.57, candidates: [{ label: "O", probability: 0.57 }, { label: "0", probability: 0.4 }],
  } }));
  await visit.draw(recorded[3]);
  await visit.says("Perhaps O");
  assert.match(await visit.text(".advice"), /about 6 times in 10.*could also be 0/);
  await visit.end();
});
