// Makes any picture that the browser can read into one that the server reads: PNG or JPEG of at most 4 MB.

import { Refusal } from "/api.js";

const serverLimit = 4_000_000;
const fileLimit = 50_000_000;
const largestSide = 1600;

export async function prepare(file) {
  if (file.size > fileLimit) throw new Refusal(413);
  if (["image/png", "image/jpeg"].includes(file.type) && file.size <= serverLimit) return file;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Refusal(415);
  }
  const scale = Math.min(1, largestSide / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}
