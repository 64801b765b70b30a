// A server that asks for an API key: the page asks for it once, and shows it with every question.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { serve } from "./own_server.js";
import { recorded } from "./strokes.js";
import { launch, quit, Visit } from "./visit.js";

const key = "0123456789abcdef";
let server, folder;

before(async () => {
  await launch();
  folder = await mkdtemp(join(tmpdir(), "inkling-key-"));
  await writeFile(join(folder, "keys"), `${key}\n`);
  server = await serve("--forms", process.env.INKLING_FORMS, "--api-key-file", join(folder, "keys"));
});

after(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
  await quit();
});

async function drawSeven() {
  const visit = await Visit.open("/#character", {}, server.url);
  visit.panel = visit.page.locator("#character-panel");
  await visit.says("Nothing written yet");
  await visit.draw(recorded[7]);
  await visit.page.locator("dialog.key").waitFor();
  return visit;
}

test("a key is asked for, kept, and brings the forms along", async () => {
  const visit = await drawSeven();
  await visit.isAccessible();
  await visit.page.keyboard.type(key);
  await visit.page.keyboard.press("Enter");
  await visit.reads("7");
  await visit.page.locator("#form-tab").waitFor();
  await visit.page.reload();
  await visit.draw(recorded[7]);
  await visit.reads("7");
  assert.ok(await visit.page.locator("dialog.key").isHidden());
  await visit.end({ refusals: true });
});

test("a wrong key is asked for again, and no key is an answer", async () => {
  const visit = await drawSeven();
  await visit.page.keyboard.type("wrong");
  await visit.page.keyboard.press("Enter");
  await visit.page.locator("dialog.key[open]").waitFor();
  await visit.page.keyboard.press("Escape");
  await visit.says("A key is needed");
  assert.ok(await visit.find(".retry").isVisible());
  await visit.end({ refusals: true });
});
