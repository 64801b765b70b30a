// element("li", "name", "text or", children): an element with a class and what it holds.
export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

// A bar of a probability, drawn by the style sheet.
export function bar(probability) {
  const made = element("span", "bar");
  made.style.setProperty("--probability", probability);
  return made;
}
