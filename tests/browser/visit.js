// A visitor of the page in a real browser. Environment: INKLING_URL (a running server), CHROMIUM; for some tests
// INKLING_SERVER (the program), INKLING_MODELS and INKLING_FORMS (folders).

import assert from "node:assert/strict";

import axe from "axe-core";
import { chromium } from "playwright-core";

export const url = process.env.INKLING_URL;
export const wide = { width: 1180, height: 900 };
export const narrow = { width: 390, height: 844 };
export const phone = { viewport: narrow, hasTouch: true, isMobile: true };

const patience = 90_000;  // ms, for a machine that does much else

let browser;

export async function launch() {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
  });
}

export const quit = () => browser.close();

export class Visit {
  #errors = [];
  #requests = [];
  #unanswered = new Set();
  #server;

  // options: of a playwright context; tab: "character" or "line", by its address.
  static async begin(options = {}, tab = "character") {
    const visit = await Visit.open(`/#${tab}`, options);
    visit.panel = visit.page.locator(`#${tab}-panel`);
    await visit.says("Nothing written yet");
    await visit.#answered();
    return visit;
  }

  // Any page of the server, or of another one.
  static async open(path, options = {}, server = url) {
    const visit = new Visit();
    visit.#server = server;
    visit.context = await browser.newContext({ viewport: wide, colorScheme: "light", ...options });
    visit.page = await visit.context.newPage();
    visit.page.setDefaultTimeout(patience);
    visit.page.on("console", (message) => message.type() === "error" && visit.#errors.push(message.text()));
    visit.page.on("pageerror", (error) => visit.#errors.push(String(error)));
    visit.page.on("request", (request) => {
      visit.#requests.push(request.url());
      visit.#unanswered.add(request);
    });
    for (const end of ["requestfinished", "requestfailed"]) {
      visit.page.on(end, (request) => visit.#unanswered.delete(request));
    }
    await visit.page.goto(new URL(path, server).href);
    return visit;
  }

  // refusals: the test made the server refuse, which browsers report as an error of their own.
  async end({ refusals = false } = {}) {
    await this.context.close();
    const mine = this.#errors.filter((text) => !(refusals && text.startsWith("Failed to load resource")));
    assert.deepEqual(mine, []);
    assert.deepEqual(this.#requests.filter((address) => !address.startsWith(this.#server) && !address.startsWith("data:") && !address.startsWith("blob:")), []);
  }

  // Waits for what the page asks for by itself: tabs appear with the answers, and in a narrow window the desk moves down.
  async #answered() {
    do await this.page.evaluate(() => new Promise(requestAnimationFrame));
    while (this.#unanswered.size > 0);
  }

  find(selector) {
    return this.panel.locator(selector);
  }

  text(selector) {
    return this.find(selector).textContent();
  }

  // Waits until the verdict has this part.
  says(part) {
    return this.find(".headline").filter({ hasText: part }).waitFor();
  }

  reads(character) {
    return this.find(".glyph").filter({ hasText: new RegExp(`^${character}$`) }).waitFor();
  }

  // A cancelled animation, such as that of an element which was replaced, never finishes.
  settled() {
    return this.page.waitForFunction(() => !document.querySelector(".stale, .pending") &&
      document.getAnimations().every(({ playState }) => playState !== "running"));
  }

  async draw(strokes) {
    const box = await this.find(".ink").boundingBox();
    const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
    const { mouse } = this.page;
    for (const stroke of strokes) {
      await mouse.move(...at(stroke[0]));
      await mouse.down();
      for (const point of stroke.slice(1)) await mouse.move(...at(point), { steps: 3 });
      await mouse.up();
    }
  }

  async touch(strokes) {
    const client = await this.context.newCDPSession(this.page);
    const box = await this.find(".ink").boundingBox();
    const send = (type, points) => client.send("Input.dispatchTouchEvent", {
      type, touchPoints: points.map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height })),
    });
    for (const [first, ...others] of strokes) {
      await send("touchStart", [first]);
      for (const point of others) await send("touchMove", [point]);
      await send("touchEnd", []);
    }
  }

  upload(name, mimeType, buffer) {
    return this.find(".file").first().setInputFiles({ name, mimeType, buffer });
  }

  // Dispatches a paste or a drop of a file.
  transfer(kind, buffer, type = "image/png") {
    return this.page.evaluate(([kind, bytes, type]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "file", { type }));
      const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
        : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
    }, [kind, [...buffer], type]);
  }

  // A picture of strokes, black on white, made by the browser itself.
  async pictureOf(strokes, { width = 300, height = 300, type = "image/png" } = {}) {
    const bytes = await this.page.evaluate(async ([strokes, width, height, type]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      context.fillStyle = "white";
      context.fillRect(0, 0, width, height);
      context.lineWidth = height / 18;
      context.lineCap = context.lineJoin = "round";
      for (const stroke of strokes) {
        context.beginPath();
        stroke.forEach(([x, y]) => context.lineTo(width * x, height * y));
        context.stroke();
      }
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, type));
      return [...new Uint8Array(await blob.arrayBuffer())];
    }, [strokes, width, height, type]);
    return Buffer.from(bytes);
  }

  refuse(path, status, headers = {}) {
    return this.page.route(path, (route) => route.fulfill({
      status, headers, contentType: "application/problem+json", body: JSON.stringify({ status, detail: "The reason." }),
    }));
  }

  async isAccessible() {
    await this.settled();
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(() => window.axe.run());
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
    assert.deepEqual(found, []);
  }
}
