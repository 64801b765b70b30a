// Has what lies on a desk read soon after it changes: one question at a time, and only the newest.

import { Refusal } from "./api.js";

const pause = 150;  // ms after the last change

export class Reader extends EventTarget {
  #ask;
  #timer = 0;
  #question = new AbortController();

  // ask(signal, sent) resolves with an answer. Fires "sent" with the share that is on its way, and "answer" with the
  // answer, or "refusal" with the Refusal, as `detail`.
  constructor(ask) {
    super();
    this.#ask = ask;
  }

  readIn(ms = pause) {
    this.stop();
    this.#timer = setTimeout(() => this.#read(), ms);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#question.abort();
  }

  async #read() {
    const { signal } = (this.#question = new AbortController());
    try {
      const answer = await this.#ask(signal, (share) => signal.aborted || this.#tell("sent", share));
      if (!signal.aborted) this.#tell("answer", answer);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refusal)) console.error(error);
      this.#tell("refusal", error instanceof Refusal ? error : new Refusal("other"));
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
