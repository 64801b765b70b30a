// The tab that makes a form: from a blank page to a table of ten pages, with every action counted.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, narrow, phone, quit, Visit, wide } from "./visit.js";

before(launch);
after(quit);

const blank = `${process.env.INKLING_FORMS}/blank.png`;
const rows = 20;

async function openMaking(options) {
  const visit = await Visit.open("/#make", options);
  visit.panel = visit.page.locator("#make-panel");
  await visit.says("No page yet");
  return visit;
}

async function learnt(options, file = blank) {
  const visit = await openMaking(options);
  await visit.find(".file").setInputFiles(file);
  await visit.says(/\d+ fields/);
  return visit;
}

async function download(visit, selector) {
  const event = visit.page.waitForEvent("download");
  await visit.find(selector).click();
  return readFile(await (await event).path(), "utf8");
}

// A sheet with twenty rows of boxes, as the browser draws it; with a number, filled in.
function sheet(page, number) {
  return page.evaluate(async ([rows, number]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1240, height: 1754 });
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, 1240, 1754);
    context.fillStyle = context.strokeStyle = "black";
    context.font = "bold 44px sans-serif";
    context.fillText("Record of the stock in the store room", 120, 130);
    context.font = "26px sans-serif";
    const goods = ["nails", "hinges", "paint", "brushes", "ladders", "ropes", "lamps", "saws", "planks", "bolts", "tiles",
                   "pipes", "valves", "gloves", "buckets", "hoses", "wires", "fuses", "locks", "keys"];
    for (let row = 0; row < rows; ++row) {
      const top = 200 + 72 * row;
      context.fillText(`${row + 1}. Number of ${goods[row]} on the shelf`, 120, top + 34);
      context.lineWidth = 2;
      const cells = 3 + (row % 3);
      for (let cell = 0; cell < cells; ++cell) context.strokeRect(760 + 52 * cell, top, 52, 50);
      if (number === undefined) continue;
      context.save();
      context.fillStyle = "#123";
      context.font = "italic 40px cursive";
      for (let cell = 0; cell < cells; ++cell) context.fillText(String((number + 3 * row + cell) % 10), 774 + 52 * cell, top + 39);
      context.restore();
    }
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, [rows, number]);
}

// A person sees which of the boxes that were found are no fields: those without a row of cells.
async function removeOthers(visit, act) {
  const cells = await visit.find(".entries .cells").evaluateAll((inputs) => inputs.map((input) => Number(input.value)));
  for (let i = cells.length - 1; i >= 0; --i) {
    if (cells[i] < 3) await act(visit.find(".entries li").nth(i).locator("button").click());
  }
  console.log(`${cells.length} boxes found`);
  await visit.says(`${rows} fields`);
  await visit.find(".field-name").first().focus();
}

const file = (name, bytes) => ({ name, mimeType: "image/png", buffer: Buffer.from(bytes) });

test("a newcomer makes a template of twenty fields and reads ten pages with at most 60 actions", async () => {
  const visit = await openMaking();
  const { page } = visit;
  let actions = 0;
  const act = async (done) => {
    ++actions;
    await done;
  };
  const empty = await sheet(page);
  const filled = [];
  for (let i = 0; i < 10; ++i) filled.push(file(`page-${i}.png`, await sheet(page, i)));

  await act(visit.find(".file").setInputFiles(file("blank.png", empty)));
  await visit.says(/\d+ fields/);
  await removeOthers(visit, act);
  for (let row = 0; row < rows; ++row) {
    await act(page.keyboard.type(`stock${row + 1}`));
    await act(page.keyboard.press("Enter"));
  }
  await act(page.keyboard.press("Enter"));  // "Read pages with it" has the focus
  const forms = page.locator("#form-panel");
  await forms.waitFor();
  await act(forms.locator(".file").setInputFiles(filled));
  await forms.locator(".headline").filter({ hasText: "10 pages read" }).waitFor();
  const event = page.waitForEvent("download");
  await act(forms.locator(".table").click());
  const [head, ...lines] = (await readFile(await (await event).path(), "utf8")).trimEnd().split("\r\n").map((line) => JSON.parse(`[${line}]`));
  assert.equal(lines.length, 10);
  for (let row = 0; row < rows; ++row) assert.ok(head.includes(`stock${row + 1}`));
  assert.ok(lines.every((line) => line[head.indexOf("status")] !== "refused"));
  console.log(`${actions} actions`);
  assert.ok(actions <= 60, `${actions} actions`);
  await visit.end();
});

test("with a list of names pasted, it takes at most 30 actions", async () => {
  const visit = await openMaking();
  const { page } = visit;
  const names = Array.from({ length: rows }, (_, row) => `stock${row + 1}`);
  const filled = [];
  for (let i = 0; i < 10; ++i) filled.push(file(`page-${i}.png`, await sheet(page, i)));
  let actions = 0;
  const act = async (done) => {
    ++actions;
    await done;
  };
  await act(visit.find(".file").setInputFiles(file("blank.png", await sheet(page))));
  await visit.says(/\d+ fields/);
  await removeOthers(visit, act);
  await act(page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, names.join("\n")));
  assert.deepEqual(await visit.find(".field-name").evaluateAll((inputs) => inputs.map((input) => input.value)), names);
  await act(page.keyboard.press("Enter"));
  await act(page.keyboard.press("Enter"));
  const forms = page.locator("#form-panel");
  await act(forms.locator(".file").setInputFiles(filled));
  await forms.locator(".headline").filter({ hasText: "10 pages read" }).waitFor();
  const event = page.waitForEvent("download");
  await act(forms.locator(".table").click());
  await event;
  console.log(`${actions} actions`);
  assert.ok(actions <= 30, `${actions} actions`);
  await visit.end();
});

test("fields are named, typed, moved, removed and added with the keyboard alone, and saved", async () => {
  const visit = await learnt();
  const { page } = visit;
  const before = JSON.parse(await download(visit, ".download"));
  assert.equal(before.fields.length, await visit.find(".field-name").count());
  await visit.find(".field-name").first().focus();
  await page.keyboard.type("station");
  await page.keyboard.press("Alt+ArrowRight");
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("upper");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await visit.find("li").nth(1).locator("button").press("Enter");
  await visit.find(".add").press("Enter");
  await page.keyboard.type("more");
  await page.locator("#make-name").fill("vote");
  const form = JSON.parse(await download(visit, ".download"));
  assert.equal(form.name, "vote");
  assert.equal(form.page.image, "vote.png");
  assert.equal(form.fields.length, before.fields.length);
  assert.equal(form.fields[0].name, "station");
  assert.equal(form.fields[0].kind, "upper");
  assert.deepEqual(form.fields[0].box.slice(0, 2), before.fields[0].box.slice(0, 2).map((value) => value + 2));
  assert.equal(form.fields.at(-1).name, "more");
  const picture = page.waitForEvent("download");
  await visit.find(".page-download").click();
  assert.equal((await picture).suggestedFilename(), "vote.png");
  await visit.end();
});

test("a box is drawn with the mouse", async () => {
  const visit = await learnt();
  const count = await visit.find(".field-name").count();
  const leaf = await visit.find(".leaf").boundingBox();
  const { mouse } = visit.page;
  await mouse.move(leaf.x + 0.1 * leaf.width, leaf.y + 0.05 * leaf.height);
  await mouse.down();
  await mouse.move(leaf.x + 0.3 * leaf.width, leaf.y + 0.09 * leaf.height, { steps: 3 });
  await mouse.up();
  assert.equal(await visit.find(".field-name").count(), count + 1);
  const { fields } = JSON.parse(await download(visit, ".download"));
  assert.ok(Math.abs(fields.at(-1).box[0] - 124) < 8);
  assert.ok(Math.abs(fields.at(-1).box[2] - 248) < 8);
  await visit.end();
});

test("names that cannot be are said, and nothing is saved before", async () => {
  const visit = await learnt();
  await visit.find(".field-name").first().focus();
  await visit.page.keyboard.type("field02");
  await visit.find(".advice").filter({ hasText: "Two fields are called field02." }).waitFor();
  assert.ok(await visit.find(".download").isDisabled());
  await visit.isAccessible();
  await visit.page.keyboard.type("x");
  assert.ok(await visit.find(".download").isEnabled());
  await visit.end();
});

test("a file that is no picture is said to be none", async () => {
  const visit = await openMaking();
  await visit.find(".file").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("text") });
  await visit.says("No form was found");
  await visit.end({ refusals: true });
});

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [wide, narrow]) {
    test(`axe-core finds nothing, ${colorScheme}, ${viewport.width} pixels wide`, async () => {
      const visit = await learnt({ colorScheme, viewport });
      await visit.isAccessible();
      assert.ok(await visit.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      if (process.env.SCREENSHOTS) {
        const name = `make-${viewport === wide ? "wide" : "narrow"}-${colorScheme}`;
        await visit.page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
      }
      await visit.end();
    });
  }
}

test("making a form fits a phone", async () => {
  const visit = await learnt(phone);
  await visit.find(".boxes rect").first().tap();
  assert.equal(await visit.page.evaluate(() => document.activeElement.className), "field-name");
  assert.ok(await visit.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await visit.end();
});
