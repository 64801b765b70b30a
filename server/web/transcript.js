// The text of a line, and what its reader corrected in it.

export class Transcript {
  #prediction;  // may hold more than the characters: spaces between words
  #characters;
  #chosen;

  constructor({ prediction, characters }) {
    this.#prediction = prediction;
    this.#characters = characters;
    this.#chosen = characters.map(({ label }) => label);
  }

  correct(i, label) {
    this.#chosen[i] = label;
  }

  get text() {
    let text = "";
    let from = 0;
    this.#characters.forEach(({ label }, i) => {
      const at = Math.max(from, this.#prediction.indexOf(label, from));
      text += this.#prediction.slice(from, at) + this.#chosen[i];
      from = at + label.length;
    });
    return text + this.#prediction.slice(from);
  }
}
