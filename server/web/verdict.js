// What a panel says of a reading, to the eye and to a screen reader, and what to do next.

const states = {
  empty: ["Nothing written yet", "Write on the sheet, or open, drop or paste a picture."],
  reading: ["Reading", "One moment."],
  offline: ["The server is away", "What you wrote is kept. Check that you are online, then try again."],
  unready: ["The reader is not here yet", "It is loaded once, which needs a network and a browser of 2023 or later. Try again."],
  401: ["A key is needed", "Whoever runs this server gives keys out. Try again to type one."],
  413: ["That picture is too large", "Choose one of less than 50 MB, or crop it."],
  415: ["That is not a picture", "Choose a PNG, JPEG or another picture that your browser can show, or write by hand."],
  422: ["No ink found", "Write larger, or choose a clear picture of dark ink on plain paper."],
  503: ["The server is busy", "Trying again in a moment; nothing is lost."],
  other: ["That went wrong", "Try again. If it stays so, write it anew."],
};

export class Verdict {
  #root;
  #wording;

  // wording: states that this panel puts in its own words. retry(): reads again.
  constructor(root, wording, retry) {
    this.#root = root;
    this.#wording = { ...states, ...wording };
    this.#find(".retry").addEventListener("click", retry);
  }

  // kind: a key of states; detail: the server's own advice.
  show(kind, detail = "") {
    const state = kind in this.#wording ? String(kind) : "other";
    const [headline, advice] = this.#wording[state];
    this.say(headline, advice || detail, { trouble: !["empty", "reading"].includes(state) });
    this.#find(".retry").hidden = !["offline", "unready", "401", "503", "other"].includes(state);
  }

  // share: how much of the picture is on its way, from 0 to 1.
  sending(share) {
    this.say("Reading", share < 1 ? `${Math.floor(100 * share)} % of the picture is sent.` : "The picture is sent.");
  }

  say(headline, advice, { trouble = false, unsure = false } = {}) {
    this.#find(".headline").textContent = headline;
    this.#find(".advice").textContent = advice;
    this.#find(".retry").hidden = true;
    this.#root.classList.toggle("trouble", trouble);
    this.#root.classList.toggle("unsure", unsure);
    this.#root.classList.remove("stale");
  }

  // What is shown belongs to older ink.
  expire() {
    this.#root.classList.add("stale");
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }
}
