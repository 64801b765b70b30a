/** ImageData, or grey pixels (0 black, 255 white) row by row; ink may be dark or light. */
export interface Picture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

export interface Candidate {
  label: string;
  probability: number;
}

export interface CharacterReading {
  /** The most probable character. */
  label: string;
  probability: number;
  /** The most probable first. */
  candidates: Candidate[];
}

export interface FieldCharacter {
  label: string;
  confidence: number;
  /** x, y, width and height in pixels of the picture. */
  box: [number, number, number, number];
  candidates: Candidate[];
}

export interface FieldReading {
  text: string;
  /** From left to right. */
  characters: FieldCharacter[];
}

export interface ReadOptions {
  /** What characters there may be: "digits", "upper", "letters", "0-9A-F". All by default. */
  charset?: string;
  /** How frequent classes are. */
  prior?: "natural" | "tempered" | "uniform";
  /** Of each character at most; 5 by default. */
  candidates?: number;
}

export interface FieldOptions extends ReadOptions {
  /** What the field can hold, such as "##/##/####". */
  pattern?: string;
}

/** Reads pages of a form. */
export interface FormReader {
  /** A page as docs/forms.md describes it: form, status (read, doubtful, refused), fields, rules. */
  page(picture: Picture): Record<string, unknown> & { status: "read" | "doubtful" | "refused" };
  free(): void;
}

export interface Reader {
  readonly kind: "network" | "svm" | "forest";
  readonly classes: string[];
  /** Height, width and channels of an image as the model learned from. */
  readonly inputShape: [number, number, number];
  /** Reads a picture of one character. Throws when there is no ink. */
  character(picture: Picture, options?: ReadOptions): CharacterReading;
  /** Reads a picture of a line of characters. */
  field(picture: Picture, options?: FieldOptions): FieldReading;
  /** Of images as the model learned from, one after another, white ink on black: classes numbers for each. */
  probabilities(images: Uint8Array | Uint8ClampedArray): Float32Array;
  /** A form from its form.json and the picture beside it; without one, pages are found by their frame. */
  form(template: string | object, picture?: Picture): FormReader;
  /** Gives the model's memory back. */
  free(): void;
}

/** A model from the bytes of a .safetensors file. Rejects when it is damaged. */
export function load(model: ArrayBuffer | Uint8Array): Promise<Reader>;
