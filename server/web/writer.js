// Writes strokes on a sheet point by point, as a hand would.

const pause = 16;  // ms between two points

export class Writer {
  #sheet;
  #timer = 0;

  constructor(sheet) {
    this.#sheet = sheet;
  }

  write(strokes) {
    this.stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.#sheet.write(strokes);
    const points = strokes.flatMap((stroke, i) => stroke.map((point) => [i, point]));
    const written = [];
    this.#timer = setInterval(() => {
      const [i, point] = points.shift();
      (written[i] ??= []).push(point);
      this.#sheet.write(written);
      if (points.length === 0) this.stop();
    }, pause);
  }

  stop() {
    clearInterval(this.#timer);
  }
}
