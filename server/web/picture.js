// Makes any picture that the browser can read into one that the server reads: upright, on white, and not too large.

import { Refusal } from "./api.js";

const fileLimit = 50_000_000;
const largestSide = 1600;
const losslessPixels = 500_000;  // as PNG at most 2 MB; larger ones are photos and become JPEG

// Resolves with {blob, width, height}.
export async function prepare(file, longest = largestSide) {
  if (file.size > fileLimit) throw new Refusal(413);
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Refusal(415);
  }
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const type = width * height <= losslessPixels ? "image/png" : "image/jpeg";
  const picture = await paint(width, height, type, (context) => context.drawImage(bitmap, 0, 0, width, height));
  bitmap.close();
  return picture;
}

export function paint(width, height, type, draw) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  draw(context);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve({ blob, width, height }), type, 0.92));
}
