// How often each model was right on images that it did not learn from.

import { listModels } from "./api.js";
import { nameOf, rank } from "./comparison.js";
import { percent } from "./confidence.js";

// Says it in `place`, which stays empty when no model's file does.
export async function showAccuracies(place) {
  const { models = [] } = await listModels().catch(() => ({}));
  const bySource = new Map();  // what was measured on the same images stands together
  for (const { name, accuracy, accuracy_samples: samples, accuracy_on: on } of [...models].sort(byRank)) {
    if (accuracy === null) continue;
    const source = `of ${samples.toLocaleString("en")} images (${on})`;
    bySource.set(source, [...bySource.get(source) ?? [], `${nameOf(name)} ${percent(accuracy)}`]);
  }
  const parts = [...bySource].map(([source, shares]) => `${shares.join(", ")} ${source}`);
  place.textContent = parts.length > 0 ? `How often each was right: ${parts.join("; ")}.` : "";
}

const byRank = (a, b) => rank(a.name) - rank(b.name);
