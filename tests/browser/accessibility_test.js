// axe-core finds nothing: both tabs, empty, read and in trouble, light and dark, wide and narrow.

import { after, before, test } from "node:test";

import { lineOf, recorded } from "./strokes.js";
import { launch, narrow, quit, Visit, wide } from "./visit.js";

before(launch);
after(quit);

async function readLineIsAccessible(options) {
  const visit = await Visit.begin(options, "line");
  const box = await visit.find(".ink").boundingBox();
  await visit.draw(lineOf("2743", box.width / box.height));
  await visit.says("It says");
  await visit.find(".characters button").nth(2).click();
  await visit.isAccessible();
  await visit.end();
}

for (const colorScheme of ["light", "dark"]) {
  test(`wide, ${colorScheme}`, async () => {
    const options = { colorScheme, viewport: wide };
    const visit = await Visit.begin(options);
    await visit.isAccessible();
    await visit.draw(recorded[7]);
    await visit.reads("7");
    await visit.isAccessible();
    await visit.refuse("**/predict", 500);
    await visit.draw(recorded[7]);
    await visit.says("That went wrong");
    await visit.isAccessible();
    await visit.end({ refusals: true });
    await readLineIsAccessible(options);
  });

  test(`narrow, ${colorScheme}`, async () => {
    const options = { colorScheme, viewport: narrow };
    const visit = await Visit.begin(options);
    await visit.draw(recorded[7]);
    await visit.reads("7");
    await visit.isAccessible();
    await visit.end();
    await readLineIsAccessible(options);
  });
}
