// Reads in a thread of its own, so that the page goes on meanwhile. Answers have the shape of the server's.

import { load } from "./reader/index.mjs";

let reader;
const forms = new Map();  // of the last one asked for, by the address of its template

const answers = {
  async load(bytes) {
    reader = await load(bytes);
  },

  async character(picture, options) {
    const { label, probability, explanation, ...reading } = reader.character(await pixelsOf(picture), options);
    return { ...reading, prediction: label, confidence: probability, explanation: explanation && { values: explanation } };
  },

  async line(picture, options) {
    const { text, ...reading } = reader.field(await pixelsOf(picture), options);
    return { ...reading, prediction: text };
  },

  async page(form, picture) {
    const page = await pixelsOf(picture);
    const { registered, ...reading } = (await formOf(form)).page(page, { registered: true });
    return { ...reading, picture: registered && await addressOf(registered) };
  },
};

onmessage = async ({ data: { name, values }, ports: [port] }) => {
  try {
    port.postMessage({ answer: await answers[name](...values) });
  } catch ({ name, message }) {
    port.postMessage({ error: { name, message } });
  }
};

// Upright, whatever the camera's orientation was.
async function pixelsOf(picture) {
  const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

async function formOf({ template, picture }) {
  if (!forms.has(template)) {
    const [text, print] = await Promise.all([fetched(template).then((file) => file.text()),
                                             picture && fetched(picture).then((file) => file.blob()).then(pixelsOf)]);
    const form = reader.form(text, print);
    for (const older of forms.values()) older.free();
    forms.clear();
    forms.set(template, form);
  }
  return forms.get(template);
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
}

// A grey picture as a data URL.
async function addressOf({ data, width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  data.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  context.putImageData(image, 0, 0);
  return new FileReaderSync().readAsDataURL(await canvas.convertToBlob());
}
