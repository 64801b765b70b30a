// A page: what was read of it, and what a person made of that.

export class FormPage {
  answer = null;   // of the server
  problem = null;  // why there is none
  #settled = new Map();  // texts by field that were typed or accepted

  constructor(name, layout) {
    this.name = name;
    this.layout = layout;
  }

  get waits() {
    return !this.answer && !this.problem;
  }

  take(answer) {
    if (answer.status === "refused") this.problem = answer.reason ?? "It does not lie on the form.";
    else this.answer = answer;
  }

  refuse({ kind, message }) {
    this.problem = message || (kind === "offline" ? "The server is away." : "It could not be read.");
  }

  get fields() {
    return this.answer ? Object.entries(this.answer.fields) : [];
  }

  // Names of the fields that nobody has looked at and that are not sure.
  get doubtful() {
    return this.fields.filter(([name, { status }]) => status === "doubtful" && !this.#settled.has(name)).map(([name]) => name);
  }

  textOf(name) {
    return this.#settled.get(name) ?? this.answer.fields[name].text;
  }

  settle(name, text) {
    this.#settled.set(name, text);
  }

  isSettled(name) {
    return this.#settled.has(name);
  }

  isCorrected(name) {
    return this.isSettled(name) && this.#settled.get(name) !== this.answer.fields[name].text;
  }

  get state() {
    if (this.waits) return "waiting";
    return this.problem || this.doubtful.length > 0 ? "doubtful" : "settled";
  }

  get summary() {
    if (this.waits) return "waits";
    if (this.problem) return this.problem;
    return this.doubtful.length > 0 ? `${this.doubtful.length} to look at` : "read";
  }
}
