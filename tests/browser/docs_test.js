// The page /docs: it lists what openapi.json describes, and its forms work.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { recorded } from "./strokes.js";
import { launch, narrow, quit, url, Visit, wide } from "./visit.js";

before(launch);
after(quit);

const openDocs = async (options, fragment = "") => {
  const visit = await Visit.open(`/docs${fragment}`, options);
  await visit.page.locator(".operation").first().waitFor();
  return visit;
};

test("every operation, with its fields and answers", async () => {
  const openapi = await (await fetch(`${url}/openapi.json`)).json();
  const visit = await openDocs();
  for (const [path, methods] of Object.entries(openapi.paths)) {
    for (const [method, { operationId, summary, responses }] of Object.entries(methods)) {
      const text = await visit.page.locator(`#${operationId}`).textContent();
      for (const part of [method.toUpperCase(), path, summary ?? "", ...Object.keys(responses)]) assert.ok(text.includes(part), part);
    }
  }
  const predict = await visit.page.locator("#predict").textContent();
  for (const part of ["charset", "integer from 1 to 100", "an error", "list of object", "label"]) assert.ok(predict.includes(part), part);
  assert.ok(!(await visit.page.locator("main").textContent()).includes("undefined"));
  await visit.end();
});

test("a form sends what it says", async () => {
  const visit = await openDocs();
  const operation = visit.page.locator("#predict");
  await operation.getByText("Try it").click();
  await operation.locator("input[type=file]").setInputFiles(
    { name: "seven.png", mimeType: "image/png", buffer: await visit.pictureOf(recorded[7]) });
  await operation.getByLabel("charset").fill("0-9");
  await operation.getByLabel("seen").selectOption("1");
  await operation.getByRole("button", { name: "Send" }).click();
  const output = operation.locator(".output");
  await output.getByText('"prediction": "7"').waitFor();
  assert.ok((await output.textContent()).startsWith(
    `$ curl -F 'file=@seven.png' -F 'charset=0-9' -F 'seen=1' '${url}/predict'\n200 OK\n`));
  assert.ok((await output.textContent()).includes('"seen"'));
  await visit.end();
});

test("a refusal is shown as it is", async () => {
  const visit = await openDocs();
  const operation = visit.page.locator("#predict");
  await operation.getByText("Try it").click();
  await operation.getByRole("button", { name: "Send" }).click();
  await operation.locator(".output").getByText('"status": 400').waitFor();
  await visit.end({ refusals: true });
});

for (const options of [{ colorScheme: "light", viewport: wide }, { colorScheme: "dark", viewport: narrow }]) {
  test(`axe-core finds nothing, ${options.colorScheme}`, async () => {
    const visit = await openDocs(options);
    for (const summary of await visit.page.locator("#predict summary").all()) await summary.click();
    await visit.isAccessible();
    assert.ok(await visit.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await visit.end();
  });
}
