// What the models saw, and where in it the answer came from: 28 x 28 pixels, row by row.

const side = 28;
const warm = [255, 170, 30];
const dimmed = 0.45;  // ink under the heat

// ink: 784 amounts, 0 paper to 255 ink; absent, the figure is hidden.
export function showSeen(figure, ink) {
  figure.hidden = !ink;
  if (ink) paint(figure.querySelector("canvas"), (i) => [ink[i], ink[i], ink[i]]);
}

// heat: 784 shares from 0 to 1; absent, the figure is hidden.
export function showFocus(figure, ink, heat) {
  figure.hidden = !ink || !heat?.some((share) => share > 0);
  if (figure.hidden) return;
  paint(figure.querySelector("canvas"), (i) => {
    const grey = dimmed * ink[i];
    return warm.map((channel) => grey + heat[i] * (channel - grey));
  });
  figure.querySelector(".focus-place").textContent = `The ${warmest(heat)} decided most.`;
}

function paint(canvas, colourOf) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; ++i) image.data.set([...colourOf(i), 255], 4 * i);
  context.putImageData(image, 0, 0);
}

// The warmest of nine fields, in words.
function warmest(heat) {
  const places = ["upper left", "top", "upper right", "left side", "middle", "right side", "lower left", "bottom",
    "lower right"];
  const sums = new Array(9).fill(0);
  const third = (at) => Math.floor((3 * at) / side);
  heat.forEach((share, i) => (sums[3 * third(Math.floor(i / side)) + third(i % side)] += share));
  return places[sums.indexOf(Math.max(...sums))];
}
