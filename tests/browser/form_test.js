// The tab for forms: pages are read, looked over with the keyboard, corrected, and saved as a table.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, narrow, phone, quit, Visit, wide } from "./visit.js";

before(launch);
after(quit);

const filled = (number) => `${process.env.INKLING_FORMS}/filled-${number}.png`;

async function openForms(options) {
  const visit = await Visit.open("/#form", options);
  visit.panel = visit.page.locator("#form-panel");
  await visit.says("No page read yet");
  return visit;
}

async function pagesRead(options, ...files) {
  const visit = await openForms(options);
  await visit.find(".file").setInputFiles(files);
  await visit.says(/pages? read/);
  return visit;
}

async function tableOf(visit) {
  const download = visit.page.waitForEvent("download");
  await visit.find(".table").click();
  const text = await readFile(await (await download).path(), "utf8");
  return text.trimEnd().split("\r\n").map((line) => JSON.parse(`[${line}]`));
}

test("a page is shown with a frame and an entry for each field", async () => {
  const visit = await pagesRead({}, filled(1));
  assert.equal(await visit.text("#form-page"), "filled-1.png");
  assert.equal(await visit.find(".boxes rect").count(), 8);
  assert.equal(await visit.find(".entries input").count(), 8);
  assert.equal(await visit.find(".entries input").nth(2).inputValue(), "012");
  assert.ok(await visit.find(".leaf img").evaluate((image) => image.decode().then(() => image.naturalWidth)) >= 1000);
  const frame = await visit.find(".boxes rect").nth(2).boundingBox();
  const leaf = await visit.find(".leaf").boundingBox();
  assert.ok(Math.abs((frame.x - leaf.x) / leaf.width - 700 / 1240) < 0.02);
  assert.ok(Math.abs((frame.y - leaf.y) / leaf.height - 560 / 1754) < 0.02);
  await visit.find(".boxes rect").nth(4).click();
  assert.equal(await visit.page.evaluate(() => document.activeElement.closest("li").querySelector(".name").textContent), "votes03");
  await visit.end();
});

test("doubtful entries are marked, gone through with Enter, typed over, and saved", async () => {
  const visit = await pagesRead({}, filled(1), filled(2), filled(3));
  const { page } = visit;
  await page.locator("#form-panel .pages button").nth(1).click();
  const doubtful = await visit.find(".entries .doubtful").count();
  assert.ok(doubtful > 0);
  assert.equal(await visit.find(".boxes .doubtful").count(), doubtful);
  assert.match(await visit.find(".pages button").nth(1).textContent(), new RegExp(`${doubtful} to look at`));
  const name = await visit.find(".entries .doubtful .name").first().textContent();
  await visit.find(".entries .doubtful input").first().focus();
  await page.keyboard.type("0042");
  await page.keyboard.press("Enter");
  await visit.find(".pages button").nth(1).click();  // the last one of a page leads on to the next page
  const entry = visit.find(".entries li").filter({ has: page.locator(".name", { hasText: new RegExp(`^${name}$`) }) });
  assert.equal(await entry.getAttribute("class"), "settled");
  assert.match(await entry.locator(".note").textContent(), /typed by you; it read /);
  while (await visit.find(".pages .doubtful").count() > 0) {
    await visit.find(".pages .doubtful").first().click();
    await visit.find(".entries .doubtful input").first().focus();
    await page.keyboard.press("Enter");
  }
  assert.equal(await page.evaluate(() => document.activeElement.className), "copy table");
  assert.equal(await visit.text(".advice"), "Nothing is doubtful.");
  const [head, ...rows] = await tableOf(visit);
  assert.equal(rows.length, 3);
  assert.equal(rows[1][head.indexOf(name)], "0042");
  assert.equal(rows[0][head.indexOf("votes01")], "012");
  assert.deepEqual(rows.map((row) => row[head.indexOf("status")]), ["read", "read", "read"]);
  await visit.end();
});

test("a page of something else, and a file that is none, are said and do not keep the others", async () => {
  const visit = await openForms();
  const page = await readFile(filled(1));
  await visit.find(".file").setInputFiles([
    { name: "note.png", mimeType: "image/png", buffer: await visit.pictureOf([[[0.2, 0.2], [0.8, 0.8]]]) },
    { name: "=1+1", mimeType: "image/png", buffer: Buffer.from("text") },
    { name: "page.png", mimeType: "image/png", buffer: page },
  ]);
  await visit.says("1 page read");
  assert.match(await visit.text(".advice"), /2 pages could not be read/);
  assert.match(await visit.find(".pages button").nth(0).textContent(), /print of the template|does not show this form/);
  const [head, ...rows] = await tableOf(visit);
  assert.deepEqual(rows.map((row) => row[head.indexOf("status")]), ["refused", "refused", "read"]);
  assert.equal(rows[1][0], "'=1+1");
  await visit.end({ refusals: true });
});

test("pages can be dropped", async () => {
  const visit = await openForms();
  await visit.transfer("drop", await readFile(filled(1)));
  await visit.says("1 page read");
  await visit.end();
});

test("without forms there is no such tab", async () => {
  const visit = await Visit.open("/nothing", {});
  await visit.page.route("**/forms", (route) => route.fulfill({ json: { forms: [] } }));
  await visit.page.goto(new URL("/#form", visit.page.url()).href);
  await visit.page.locator("#character-panel .headline").filter({ hasText: "Nothing written yet" }).waitFor();
  assert.ok(await visit.page.locator("#form-tab").isHidden());
  await visit.page.locator("#line-tab").focus();
  await visit.page.keyboard.press("ArrowRight");
  assert.equal(await visit.page.evaluate(() => document.activeElement.id), "make-tab");
  await visit.end({ refusals: true });
});

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [wide, narrow]) {
    test(`axe-core finds nothing, ${colorScheme}, ${viewport.width} pixels wide`, async () => {
      const visit = await pagesRead({ colorScheme, viewport }, filled(1), filled(2));
      await visit.find(".pages button").nth(1).click();
      await visit.find(".entries input").first().focus();
      await visit.isAccessible();
      assert.ok(await visit.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await visit.end();
    });
  }
}

test("a form fits a phone", async () => {
  const visit = await pagesRead(phone, filled(2));
  assert.ok(await visit.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await visit.find(".boxes rect").first().tap();
  assert.equal(await visit.page.evaluate(() => document.activeElement.matches(".entries input")), true);
  await visit.end();
});
