// The tab that reviews a run, with the keyboard alone, against a server and a run of its own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { serve as start } from "./own_server.js";
import { launch, narrow, phone, quit, Visit, wide } from "./visit.js";

const inkling = join(dirname(process.env.INKLING_SERVER), "inkling");
let folder;

before(async () => {
  await launch();
  folder = await mkdtemp(join(tmpdir(), "inkling-review-"));
  const forms = process.env.INKLING_FORMS;
  await promisify(execFile)(inkling, ["form", "read", join(forms, "form.json"), "--model", join(process.env.INKLING_MODELS, "cnn.safetensors"),
                                      "--out", join(folder, "first"), "--pictures", "--accept", "0.98",
                                      ...[1, 2, 3, 4].map((i) => `filled-${i}.png`)], { cwd: forms });
});

after(async () => {
  await rm(folder, { recursive: true });
  await quit();
});

let runs = 0;

// A server that reviews a run.
const serve = (run, ...options) => start("--review", run, ...options);

async function copyOfRun() {
  const run = join(folder, `run-${++runs}`);
  await cp(join(folder, "first"), run, { recursive: true });
  return run;
}

async function review(options, ...flags) {
  const run = await copyOfRun();
  const server = await serve(run, ...flags);
  const visit = await begin(server, options);
  return { run, server, visit };
}

async function begin(server, options = {}, name = "Ann") {
  const visit = await Visit.open("/#review", options, server.url);
  visit.panel = visit.page.locator("#review-panel");
  await visit.says("Who reviews?");
  await visit.page.locator("#reviewer").focus();
  await visit.page.keyboard.type(name);
  await visit.page.keyboard.press("Enter");
  await visit.page.waitForFunction(() => ![null, undefined, "Who reviews?"].includes(document.querySelector("#review-panel:not([aria-busy]) .headline")?.textContent));
  return visit;
}

const idle = (visit) => visit.page.waitForFunction(() => !document.querySelector("#review-panel[aria-busy]"));

async function press(visit, ...keys) {
  for (const key of keys) await visit.page.keyboard.press(key);
  await idle(visit);
}

const shownText = (visit) => visit.find("#review-text").inputValue();

async function download(visit, selector) {
  const event = visit.page.waitForEvent("download");
  await visit.find(selector).click();
  const text = await readFile(await (await event).path(), "utf8");
  return text.trimEnd().split("\r\n").map((line) => JSON.parse(`[${line}]`));
}

test("Enter accepts, typing replaces, the next comes by itself, and all is on the disk", async () => {
  const { run, server, visit } = await review();
  const doubtful = Number(await visit.find("progress").getAttribute("max"));
  assert.ok(doubtful >= 2);
  const first = { task: await visit.text("#review-task"), text: await shownText(visit) };
  assert.ok(await visit.find(".crop img").evaluate((image) => image.decode().then(() => image.naturalWidth)) > 50);
  await press(visit, "Enter");  // one key for a field that was right
  assert.notEqual(await visit.text("#review-task"), first.task);
  const second = await visit.text("#review-task");
  const text = second.startsWith("day") ? "01012026" : "042";
  await visit.page.keyboard.type(text);  // and the text and one for a field that was wrong
  await press(visit, "Enter");
  for (let i = 2; i < doubtful; ++i) await press(visit, "Enter");
  await visit.says("Everything is decided");
  assert.equal(await visit.page.evaluate(() => document.activeElement.className), "copy table");
  const [head, ...rows] = await download(visit, ".table");
  const at = (task) => [rows.find((row) => row[0].endsWith(task.split(" of ")[1])), task.split(",")[0]];
  const [row, field] = at(second);
  assert.equal(row[head.indexOf(field)], text);
  assert.equal(row[head.indexOf(`${field} decided by`)], "Ann");
  const [row1, field1] = at(first.task);
  assert.equal(row1[head.indexOf(field1)], first.text);
  await visit.end();
  await server.stop();
  const again = await serve(run);
  const later = await begin(again);
  await later.says("Everything is decided");
  await later.end();
  await again.stop();
});

test("an undo survives a restart, and blank is not zero", async () => {
  const { run, server, visit } = await review();
  const task = await visit.text("#review-task");
  await press(visit, "Control+Enter");
  const next = await visit.text("#review-task");
  await press(visit, "Control+z");
  assert.equal(await visit.text("#review-task"), task);
  await press(visit, "Control+Enter");
  assert.equal(await visit.text("#review-task"), next);
  await press(visit, "Control+z");
  await visit.end();
  await server.stop();
  const again = await serve(run);
  const later = await begin(again);
  assert.equal(await later.text("#review-task"), task);
  await press(later, "Control+Enter");
  const [head, ...rows] = await download(later, ".table");
  const field = task.split(",")[0];
  const row = rows.find((each) => each[0].endsWith(task.split(" of ")[1]));
  assert.equal(row[head.indexOf(field)], "");
  assert.equal(row[head.indexOf(`${field} status`)], "empty");
  await later.end();
  await again.stop();
});

test("numbers are taken as people type them, or refused with the reason", async () => {
  const { server, visit } = await review({}, "--least-sure", "1");
  const { page } = visit;
  await page.locator("#review-order").selectOption("field");
  await idle(visit);
  while (!/^(votes|valid|invalid|total|station)/.test(await visit.text("#review-task"))) {
    await page.locator("#review-text").focus();
    await press(visit, "Enter");
  }
  await page.locator("#review-text").focus();
  const task = await visit.text("#review-task");
  for (const [typed, reason] of [["300,00", "group of other than three digits"], ["123456", "the field has"], ["1a", "has a 'a'"]]) {
    await page.keyboard.press("Control+a");
    await page.keyboard.type(typed);
    await press(visit, "Enter");
    await visit.find("#review-note").filter({ hasText: reason }).waitFor();
    assert.equal(await visit.text("#review-task"), task);
    assert.equal(await visit.find("#review-text").getAttribute("aria-invalid"), "true");
  }
  await visit.isAccessible();
  await page.keyboard.press("Escape");
  assert.equal(await visit.find("#review-text").getAttribute("aria-invalid"), null);
  await page.keyboard.type(" 042 ");
  await press(visit, "Enter");
  assert.notEqual(await visit.text("#review-task"), task);
  await visit.end({ refusals: true });
  await server.stop();
});

test("what was read as the same comes together", async () => {
  const { server, visit } = await review({}, "--least-sure", "1");
  await visit.page.locator("#review-order").selectOption("reading");
  await idle(visit);
  const texts = [];
  let alike = 0;
  for (let i = 0; i < 12; ++i) {
    texts.push(await shownText(visit));
    alike += await visit.find(".coming img").count();
    await visit.page.locator("#review-text").focus();
    await press(visit, "Enter");
  }
  assert.deepEqual(texts, [...texts].sort());
  assert.ok(alike > 0);
  await visit.end();
  await server.stop();
});

test("two reviewers have different fields, and a second typist sees no reading", async () => {
  const { server, visit } = await review({}, "--double-key", "1");
  const other = await begin(server, {}, "Ben");
  assert.notEqual(await other.text("#review-task"), await visit.text("#review-task"));
  for (const each of [visit, other]) {
    while (await each.text(".headline") === "Is this right?") await press(each, "Enter");
  }
  await other.says("Type what is written");
  assert.equal(await shownText(other), "");
  assert.equal(await other.text("#review-note"), "");
  await press(other, "Enter");  // nothing typed is not the same as nothing written
  await other.find("#review-note").filter({ hasText: "Ctrl and Enter" }).waitFor();
  const task = await other.text("#review-task");
  const odd = task.startsWith("day") ? "01012001" : "77";
  await other.page.keyboard.type(odd);
  await press(other, "Enter");
  await other.find(".facts").filter({ hasText: "Typed a second time: 1 of 32, 1 differed" }).waitFor();
  await press(visit, "Escape");
  const third = await begin(server, {}, "Cid");
  await third.says("Two readings differ");
  assert.equal(await third.text("#review-task"), task);
  assert.match(await third.text("#review-note"), new RegExp(`typed second: .*${odd.slice(-2)}`));
  for (const each of [visit, other, third]) await each.end();
  await server.stop();
});

test("a server that went away loses nothing", async () => {
  const run = await copyOfRun();
  const server = await serve(run);
  const visit = await begin(server);
  const task = await visit.text("#review-task");
  await server.stop();
  await press(visit, "Enter");
  await visit.says("The server is away");
  const again = await serve(run, "--port", new URL(server.url).port);
  await press(visit, "Enter");
  assert.notEqual(await visit.text("#review-task"), task);
  await visit.end({ refusals: true });
  await again.stop();
});

test("a report is shown before it is saved", async () => {
  const { server, visit } = await review();
  const { page } = visit;
  await visit.find(".report").focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog.fault").waitFor();
  const told = await page.locator("dialog.fault pre").textContent();
  assert.ok(!/filled|"text"|label/.test(told));
  await visit.isAccessible();
  const event = page.waitForEvent("download");
  await page.locator("dialog.fault [value=save]").click();
  assert.equal(await readFile(await (await event).path(), "utf8"), told);
  await visit.end();
  await server.stop();
});

test("without a run there is no such tab", async () => {
  const visit = await Visit.begin();
  assert.ok(await visit.page.locator("#review-tab").isHidden());
  await visit.end();
});

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [wide, narrow]) {
    test(`axe-core finds nothing, ${colorScheme}, ${viewport.width} pixels wide`, async () => {
      const { server, visit } = await review({ colorScheme, viewport }, "--double-key", "0.5");
      await visit.isAccessible();
      assert.ok(await visit.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      if (process.env.SCREENSHOTS) {
        const name = `review-${viewport === wide ? "wide" : "narrow"}-${colorScheme}`;
        await visit.page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
      }
      await visit.end();
      await server.stop();
    });
  }
}

test("a review fits a phone", async () => {
  const { server, visit } = await review(phone);
  const task = await visit.text("#review-task");
  await visit.find(".accept").tap();
  await idle(visit);
  assert.notEqual(await visit.text("#review-task"), task);
  assert.ok(await visit.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await visit.end();
  await server.stop();
});
