import { models, predict, Refusal } from "/api.js";
import { examples } from "/examples.js";
import { prepare } from "/picture.js";
import { Sheet } from "/sheet.js";

const pauseBeforeReading = 150;  // ms after the last change
const sureFrom = 0.5;
const stepOfExample = 28;  // ms between two points
const modelNames = { cnn: "CNN", mlp: "MLP", svm: "SVM", forest: "Forest" };

const states = {
  empty: ["Nothing written yet", "Draw on the sheet, drop a picture on it, or paste one."],
  offline: ["The server is away", "Your ink is kept. Check that you are online and the server runs, then try again."],
  413: ["That picture is too large", "Choose one of less than 4 MB, or crop it to the character."],
  415: ["That is not a picture", "Choose a PNG or JPEG file, or draw the character."],
  422: ["No character found", "Write larger, or choose a picture with one clear character on plain paper."],
  503: ["The server is busy", "Try again in a moment."],
  other: ["That went wrong", "Try again, or write the character anew."],
};

const $ = (id) => document.getElementById(id);
const sheet = new Sheet($("ink"));

let picture = null;  // a Blob, shown in place of the ink
let timer = 0;
let request = new AbortController();
let exampleNumber = 0;
let exampleTimer = 0;

// Reading

function readSoon() {
  clearTimeout(timer);
  request.abort();
  updateTools();
  if (!picture && sheet.empty) return show("empty");
  $("specimen").classList.add("stale");
  timer = setTimeout(read, pauseBeforeReading);
}

async function read() {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  try {
    const image = picture ? await prepare(picture) : await sheet.toPng();
    const answer = await predict(image, { model: chosen("model"), charset: chosen("charset"), signal });
    if (!signal.aborted) showAnswer(answer);
  } catch (error) {
    if (error.name === "AbortError" || signal.aborted) return;
    if (!(error instanceof Refusal)) console.error(error);
    show(error.kind in states ? error.kind : "other");
  }
}

const chosen = (name) => document.querySelector(`input[name=${name}]:checked`)?.value;

// Showing

function show(state) {
  const [headline, advice] = states[state];
  const trouble = state !== "empty";
  announce(headline, advice, { trouble });
  $("retry").hidden = !["offline", "503", "other"].includes(String(state));
  $("glyph").textContent = "";
  $("candidates").replaceChildren();
  drawSeen(null);
}

function showAnswer({ prediction, confidence, candidates, seen }) {
  const sure = confidence >= sureFrom;
  const rival = candidates[1]?.label;
  const headline = sure ? `This is ${prediction}` : `Perhaps ${prediction}`;
  const doubt = rival ? `It could also be ${rival}. Write it more clearly, or say what to look for.` : "Not sure.";
  announce(headline, sure ? `${percent(confidence)} sure.` : doubt, { unsure: !sure });
  $("retry").hidden = true;
  $("glyph").textContent = prediction;
  $("candidates").replaceChildren(...candidates.map(candidateRow));
  drawSeen(seen);
}

function announce(headline, advice, { trouble = false, unsure = false } = {}) {
  $("headline").textContent = headline;
  $("advice").textContent = advice;
  document.body.classList.toggle("trouble", trouble);
  document.body.classList.toggle("unsure", unsure);
  $("specimen").classList.remove("stale");
}

function candidateRow({ label, probability }) {
  const row = document.createElement("li");
  const bar = cell("bar", "");
  bar.style.setProperty("--probability", probability);
  row.append(cell("label", label), bar, cell("share", percent(probability)));
  return row;
}

function cell(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

// seen: 784 amounts of ink, row by row, or null.
function drawSeen(seen) {
  const canvas = $("seen");
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!seen) return;
  const image = context.createImageData(canvas.width, canvas.height);
  seen.forEach((ink, i) => image.data.set([ink, ink, ink, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

function updateTools() {
  $("undo").disabled = sheet.empty && !picture;
  $("clear").disabled = sheet.empty && !picture;
  $("invitation").hidden = !sheet.empty || picture !== null;
}

// Pictures

function openPicture(file) {
  if (!file) return;
  stopExample();
  sheet.clear();
  setPicture(file);
  readSoon();
}

function setPicture(file) {
  if (picture) URL.revokeObjectURL($("picture").src);
  picture = file;
  $("picture").hidden = !file;
  if (file) $("picture").src = URL.createObjectURL(file);
  else $("picture").removeAttribute("src");
}

const imageIn = (transfer) => [...transfer.files][0];

// Commands

function undo() {
  stopExample();
  if (picture) setPicture(null);
  sheet.undo();
}

function clear() {
  stopExample();
  setPicture(null);
  sheet.clear();
}

// Writes a character stroke by stroke, as a hand would.
function writeExample() {
  clear();
  const strokes = examples[exampleNumber++ % examples.length];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (still) {
    sheet.strokes = strokes;
    return;
  }
  const points = strokes.flatMap((stroke, i) => stroke.map((point) => [i, point]));
  const written = [];
  exampleTimer = setInterval(() => {
    const [i, point] = points.shift();
    (written[i] ??= []).push(point);
    sheet.strokes = written;
    if (points.length === 0) stopExample();
  }, stepOfExample);
}

function stopExample() {
  clearInterval(exampleTimer);
}

async function listModels() {
  let list;
  try {
    list = await models();
  } catch {
    return;  // the first reading will say what is wrong
  }
  $("model-list").replaceChildren(...list.map((model) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), {
      type: "radio", name: "model", value: model.name, checked: model.default,
    });
    label.append(input, cell("", modelNames[model.name] ?? model.name));
    return label;
  }));
  $("models").hidden = list.length < 2;
}

sheet.addEventListener("change", readSoon);
$("ink").addEventListener("pointerdown", () => {
  stopExample();
  setPicture(null);
}, { capture: true });
$("undo").addEventListener("click", undo);
$("clear").addEventListener("click", clear);
$("example").addEventListener("click", writeExample);
$("retry").addEventListener("click", readSoon);
$("file").addEventListener("change", (event) => {
  openPicture(event.target.files[0]);
  event.target.value = "";  // so that the same file can be opened again
});
$("charsets").addEventListener("change", readSoon);
$("models").addEventListener("change", readSoon);

addEventListener("paste", (event) => openPicture(imageIn(event.clipboardData)));
addEventListener("dragover", (event) => {
  event.preventDefault();
  $("sheet").classList.add("dropping");
});
addEventListener("dragleave", () => $("sheet").classList.remove("dropping"));
addEventListener("drop", (event) => {
  event.preventDefault();
  $("sheet").classList.remove("dropping");
  openPicture(imageIn(event.dataTransfer));
});
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") undo();
  else if (event.key === "Escape") clear();
  else return;
  event.preventDefault();
});

$("origin").textContent = location.origin;
listModels();
