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
  /** Whether it may well be no character at all; false for models whose file does not say what they know. */
  unfamiliar: boolean;
  /** If asked for: the image that the model was given, row by row, 0 paper to 255 ink. */
  seen?: number[];
  /** If asked for: how much each of its pixels spoke for the answer, 0 to 1. A hundred times the work of reading. */
  explanation?: number[];
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
  /** The probability that all of the text is right. */
  confidence: number;
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

export interface CharacterOptions extends ReadOptions {
  seen?: boolean;
  explain?: boolean;
}

export interface FieldOptions extends ReadOptions {
  /** What the field can hold, such as "##/##/####". */
  pattern?: string;
}

export interface PageOptions {
  registered?: boolean;
}

/** Reads pages of a form. */
export interface FormReader {
  /** A page as docs/forms.md describes it: form, status (read, doubtful, refused), fields, rules. */
  page(picture: Picture, options?: PageOptions): Record<string, unknown> & {
    status: "read" | "doubtful" | "refused";
    /** If asked for: the page as it lies on its form, grey; null when it was refused. */
    registered?: Picture | null;
  };
  free(): void;
}

export interface Reader {
  readonly kind: "network" | "svm" | "forest";
  readonly classes: string[];
  /** Height, width and channels of an image as the model learned from. */
  readonly inputShape: [number, number, number];
  /** Reads a picture of one character. Throws an Error named NoInkError when there is no ink, ArgumentError for an option. */
  character(picture: Picture, options?: CharacterOptions): CharacterReading;
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
