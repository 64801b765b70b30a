// The models side by side on the same ink.

import { percent } from "./confidence.js";
import { bar, element } from "./elements.js";

const names = { cnn: "CNN", mlp: "MLP", svm: "SVM", forest: "Forest" };
const order = Object.keys(names);
export const nameOf = (model) => names[model] ?? model;
export const rank = (model) => (order.indexOf(model) + 1 || order.length + 1);

// answers: [{model, prediction, confidence, ms}]; prediction: the answer that is shown large.
export function showComparison(root, answers = [], prediction = "") {
  root.hidden = answers.length < 2;
  const sorted = [...answers].sort((a, b) => rank(a.model) - rank(b.model));
  root.querySelector(".models").replaceChildren(...sorted.map((answer) => {
    const row = element("li", "", element("span", "name", nameOf(answer.model)),
      element("span", "label", answer.prediction), bar(answer.confidence),
      element("span", "share", percent(answer.confidence)));
    row.classList.toggle("dissent", answer.prediction !== prediction);
    return row;
  }));
  root.querySelector(".agreement").textContent = agreement(sorted, prediction);
}

function agreement(answers, prediction) {
  const others = answers.filter((answer) => answer.prediction !== prediction);
  if (others.length === 0) return `All ${answers.length} agree.`;
  const views = others.map(({ model, prediction: other }) => `${nameOf(model)} reads ${other}`);
  return `${answers.length - others.length} of ${answers.length} read ${prediction}; ${views.join(", ")}.`;
}
