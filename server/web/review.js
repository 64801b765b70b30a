// The tab for a run: its doubtful fields one by one, to be accepted with Enter or typed over.

import { Refusal } from "./refusal.js";
import { showBoxes } from "./boxes.js";
import { percent } from "./confidence.js";
import { element } from "./elements.js";
import { about } from "./place.js";
import { decide, faultOf, leave, nextTasks, reviewOf, tableOf, undo } from "./review_client.js";
import { save } from "./table.js";

const kept = "inkling-reviewer";
const together = 8;  // fields that were read as the same, shown at once

// shown(any) is told whether a run is reviewed here.
export function followReview(root, shown) {
  const find = (selector) => root.querySelector(selector);
  const input = find("#review-text");
  const order = find("#review-order");
  let reviewer = "";
  let tasks = [];
  let busy = false;

  const current = () => tasks[0];

  function say(headline, advice, trouble = false) {
    find(".headline").textContent = headline;
    find(".advice").textContent = advice;
    root.classList.toggle("trouble", trouble);
  }

  function note(text, refused = false) {
    find("#review-note").textContent = text;
    find(".decision").classList.toggle("refused", refused);
    if (refused) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  function tell(progress) {
    const { asked, decided, in_hand: inHand, sample, keyed, differed, again, right } = progress;
    const bar = find("progress");
    bar.max = Math.max(1, asked);
    bar.value = decided;
    const mine = tasks.length;
    find(".facts").replaceChildren(...[
      `${decided} of ${asked} doubtful fields decided.`,
      inHand > mine ? `${inHand - mine} in the hands of others.` : "",
      sample > 0 ? `Typed a second time: ${keyed} of ${sample}, ${differed} differed${again ? `, ${again} to be asked again` : ""}.` : "",
      right.of > 0 ? `What slips through: ${percent(1 - right.share)} of the fields (${percent(1 - right.high)} to ${percent(1 - right.low)}, 95 times in 100).` : "",
    ].filter(Boolean).map((text) => element("li", "", text)));
    if (reviewer && !current()) {
      say(decided === asked ? "Everything is decided" : "Nothing is left for you",
          inHand > 0 ? "Others have fields in hand." : "The table has what was decided.");
    }
  }

  function show() {
    const task = current();
    find(".task").hidden = !task;
    if (!task) return find(".table").focus();
    find("#review-task").textContent = `${task.field}, page ${task.number} of ${task.file}`;
    find(".crop").hidden = !task.crop;
    if (task.crop) {
      const [width, height] = task.size;
      find(".crop img").src = task.crop;
      find(".crop").style.setProperty("--aspect", `${width} / ${height}`);
      find(".crop").style.setProperty("--wide", `${2 * width}px`);
      showBoxes(find(".crop .boxes"), { width, height }, [task.frame], [false], () => input.focus());
    }
    const alike = order.value === "reading" ? tasks.slice(1).filter(({ text, turn }) => text === task.text && turn === "first") : [];
    find(".coming").hidden = alike.length === 0;
    find(".coming").replaceChildren(...alike.filter(({ crop }) => crop).map(({ crop }) => {
      const image = element("img");
      image.src = crop;
      image.alt = "";
      return element("li", "", image);
    }));
    input.value = task.text ?? "";
    note(noteOf(task));
    const told = { first: "Is this right?", second: "Type what is written", again: "Two readings differ" }[task.turn];
    say(told, task.turn === "second" ? "Nobody shows you what was read. Ctrl and Enter when nothing is written."
                                     : "Enter accepts, typing replaces, Ctrl and Enter when nothing is written.");
    find(".accept").textContent = task.turn === "second" ? "Done" : "Accept";
    input.focus();
    input.select();
  }

  function take(answer) {
    tasks = answer.tasks;
    tell(answer.progress);
    show();
  }

  // One question at a time; what is refused is told, and the field stays.
  async function attempt(work) {
    if (busy) return;
    busy = true;
    root.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await refuse(error);
    } finally {
      busy = false;
      root.removeAttribute("aria-busy");
    }
  }

  async function refuse({ kind, message }) {
    if (kind === 422) {
      note(message, true);
      input.select();
    } else if (kind === 409) {
      await next();
      find(".advice").textContent = "Another reviewer decided that one.";
    } else if (kind === "offline") {
      say("The server is away", "Enter tries again; nothing is lost.", true);
    } else {
      say("The server refused", message, true);
    }
  }

  const count = () => (order.value === "reading" ? together : 1);

  async function next() {
    take(await nextTasks(reviewer, order.value, count()));
  }

  function settle(nothing) {
    const task = current();
    if (!task || busy) return;
    const text = input.value;
    const keyed = task.turn === "second";
    if (keyed && text.trim() === "" && !nothing) return note("Type what is written, or Ctrl and Enter when nothing is.", true);
    const same = !keyed && !nothing && text.trim() === task.text;
    const kind = keyed ? "second" : nothing ? "blank" : same ? "accepted" : "corrected";
    const { page, field, after } = task;
    attempt(async () => {
      const answer = await decide({ reviewer, page, field, after, kind, text: nothing ? "" : text, order: order.value, count: count() });
      find(".undo").disabled = false;
      take(answer);
    });
  }

  const takeBack = () => attempt(async () => {
    const { task, progress } = await undo(reviewer);
    if (!task) {
      find(".undo").disabled = true;
      return say("Nothing to take back", "You decided nothing that still stands.");
    }
    tasks = [task, ...tasks.filter(({ page, field }) => page !== task.page || field !== task.field)];
    tell(progress);
    show();
  });

  find(".who").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = find("#reviewer").value.trim();
    if (!name) return find("#reviewer").focus();
    reviewer = name;
    sessionStorage.setItem(kept, name);
    find(".undo").disabled = false;
    attempt(next);
  });
  order.addEventListener("change", () => reviewer && attempt(async () => {
    await leave(reviewer);  // what is in hand comes in the old order first
    await next();
  }));
  find(".decision").addEventListener("submit", (event) => {
    event.preventDefault();
    settle(false);
  });
  input.addEventListener("keydown", (event) => {
    const task = current();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) settle(true);
    else if (event.key === "z" && (event.ctrlKey || event.metaKey) && input.value === (task?.text ?? "")) takeBack();
    else if (event.key === "Escape") {
      input.value = task?.text ?? "";
      input.select();
      note(noteOf(task));
    } else return;
    event.preventDefault();
  });
  find(".nothing").addEventListener("click", () => settle(true));
  find(".undo").addEventListener("click", takeBack);
  for (const [button, name] of [[".table", "table"], [".calibration", "calibration"]]) {
    find(button).addEventListener("click", () => attempt(async () => save(`${name}.csv`, await tableOf(name))));
  }

  // What would be saved is shown first.
  const dialog = document.querySelector("dialog.fault");
  let bundle = "";
  find(".report").addEventListener("click", () => attempt(async () => {
    const fault = await faultOf(current().page);
    bundle = JSON.stringify(fault, null, 1);
    const image = dialog.querySelector("img");
    image.hidden = !fault.picture;
    if (fault.picture) image.src = fault.picture;
    dialog.querySelector("pre").textContent = bundle;
    dialog.returnValue = "";
    dialog.showModal();
  }));
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "save") save("fault.json", bundle, "application/json");
    input.focus();
  });

  async function load() {
    const review = (await about).server ? await reviewOf().catch(() => null) : null;
    shown(review !== null);
    if (!review) return;
    find(".run").textContent = review.run;
    find("#reviewer").value = sessionStorage.getItem(kept) ?? "";
    say("Who reviews?", "Your name is put down with every decision.");
    tell(review.progress);
  }

  document.addEventListener("key", load);
  return load();
}

function noteOf(task) {
  if (!task) return "";
  if (task.turn === "second") return "";
  if (task.turn === "again") return `Read or typed first: ${task.text || "nothing"}; typed second: ${task.second || "nothing"}.`;
  return task.reason || `${percent(task.confidence)} sure`;
}
