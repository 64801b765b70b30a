// The sheet: strokes as lists of points in [0, 1] x [0, 1], so that they survive a resize and can be taken back.

const strokeWidth = 0.055;
const pictureSide = 280;

export class Sheet extends EventTarget {
  #canvas;
  #strokes = [];
  #pointer = null;

  // Fires "change" whenever the ink is another.
  constructor(canvas) {
    super();
    this.#canvas = canvas;
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

  get strokes() {
    return structuredClone(this.#strokes);
  }

  set strokes(strokes) {
    this.#strokes = structuredClone(strokes);
    this.#changed();
  }

  undo() {
    this.#strokes.pop();
    this.#changed();
  }

  clear() {
    this.#strokes = [];
    this.#changed();
  }

  // Black ink on white paper whatever the page looks like.
  async toPng() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = pictureSide;
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, pictureSide, pictureSide);
    drawStrokes(context, this.#strokes, pictureSide, "black");
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
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
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  #changed() {
    // Undo or clear in the middle of a stroke ends it.
    if (this.empty) this.#pointer = null;
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }

  #draw() {
    const side = Math.round(this.#canvas.clientWidth * devicePixelRatio);
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
    const context = this.#canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    drawStrokes(context, this.#strokes, side, getComputedStyle(this.#canvas).color);
  }
}

// Curves through the middles between the points, which are the control points.
function drawStrokes(context, strokes, side, colour) {
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = strokeWidth * side;
  context.strokeStyle = colour;
  for (const stroke of strokes) {
    const points = stroke.map(([x, y]) => [x * side, y * side]);
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
