// Where the characters stand: frames over the picture that was read. The SVG scales as `object-fit: contain` does.

const make = (name, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// boxes: [x, y, width, height] in pixels of the picture; unsure: a flag for each; select(i): a box was tapped.
export function showBoxes(svg, picture, boxes, unsure, select) {
  svg.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
  const round = picture.height / 60;
  svg.replaceChildren(...boxes.map(([x, y, width, height], i) => {
    const frame = make("rect", { x, y, width, height, rx: round });
    frame.classList.toggle("doubtful", unsure[i]);
    frame.addEventListener("click", () => select(i));
    return frame;
  }));
}

export function markBox(svg, marked) {
  [...svg.children].forEach((frame, i) => frame.classList.toggle("marked", i === marked));
}

// [x, y, width, height] around a field of form.json.
export function boxOf({ box, quad }) {
  if (box) return box;
  const xs = quad.filter((_, i) => i % 2 === 0);
  const ys = quad.filter((_, i) => i % 2 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}
