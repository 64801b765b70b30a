// The sheet: strokes of points [x, y] in units of its height, so that they survive a resize and can be taken back.

import { paint } from "./picture.js";

const pictureHeight = 280;

export class Sheet extends EventTarget {
  #canvas;
  #pen;
  #strokes = [];
  #pointer = null;

  // pen: the width of a stroke, in heights of the sheet. Fires "change" whenever the ink is another.
  constructor(canvas, pen) {
    super();
    this.#canvas = canvas;
    this.#pen = pen;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#extend(event));
    canvas.addEventListener("pointerup", (event) => this.#end(event));
    canvas.addEventListener("pointercancel", (event) => this.#end(event));
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  get empty() {
    return this.#strokes.length === 0;
  }

  // Width over height.
  get aspect() {
    return this.#canvas.clientWidth / this.#canvas.clientHeight;
  }

  write(strokes) {
    this.#strokes = structuredClone(strokes);
    this.#changed();
  }

  undo() {
    this.#strokes.pop();
    this.#changed();
  }

  clear() {
    this.write([]);
  }

  // Black ink on white paper whatever the page looks like.
  toPng() {
    const width = Math.round(this.aspect * pictureHeight);
    return paint(width, pictureHeight, "image/png", (context) => this.#trace(context, pictureHeight, "black"));
  }

  #begin(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.#canvas.focus({ preventScroll: true, focusVisible: false });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointer = event.pointerId;
    this.#strokes.push([this.#point(event)]);
    this.#changed();
  }

  #extend(event) {
    if (event.pointerId !== this.#pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.#strokes.at(-1).push(...(events.length > 0 ? events : [event]).map((each) => this.#point(each)));
    this.#changed();
  }

  #end(event) {
    if (event.pointerId === this.#pointer) this.#pointer = null;
  }

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.height, (event.clientY - box.top) / box.height];
  }

  #changed() {
    // Undo or clear in the middle of a stroke ends it.
    if (this.empty) this.#pointer = null;
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }

  #draw() {
    const canvas = this.#canvas;
    const width = Math.round(canvas.clientWidth * devicePixelRatio);
    const height = Math.round(canvas.clientHeight * devicePixelRatio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    this.#trace(context, height, getComputedStyle(canvas).color);
  }

  // Curves through the middles between the points, which are the control points.
  #trace(context, scale, colour) {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = this.#pen * scale;
    context.strokeStyle = colour;
    for (const stroke of this.#strokes) {
      const points = stroke.map(([x, y]) => [x * scale, y * scale]);
      context.beginPath();
      context.moveTo(...points[0]);
      for (let i = 1; i < points.length; ++i) {
        const [x, y] = points[i - 1];
        context.quadraticCurveTo(x, y, (x + points[i][0]) / 2, (y + points[i][1]) / 2);
      }
      context.lineTo(...points.at(-1));
      context.stroke();
    }
  }
}
