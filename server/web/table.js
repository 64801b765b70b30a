// The pages as CSV (RFC 4180), cells quoted and guarded as the server does, with the corrections.

// What a spreadsheet would run as a formula gets an apostrophe in front.
const guarded = (text) => /^[=+\-@\t\r＝＋－＠]/.test(text) && !/^-?\d+([.,]\d+)?$/.test(text) ? `'${text}` : text;
const cell = (text) => `"${guarded(String(text)).replaceAll('"', '""')}"`;
const row = (cells) => `${cells.map(cell).join(",")}\r\n`;

// layout: the form's; pages: FormPages, of which those that could not be read have a row with the reason.
export function tableOf(layout, pages) {
  const names = layout.fields.map(({ name }) => name);
  const head = ["file", "form", "status", ...names, "reason"];
  const line = (page) => page.answer
    ? [page.name, layout.name, page.doubtful.length > 0 ? "doubtful" : "read",
       ...names.map((name) => (name in page.answer.fields ? page.textOf(name) : "")), ""]
    : [page.name, layout.name, "refused", ...names.map(() => ""), page.problem];
  return [head, ...pages.filter((page) => !page.waits).map(line)].map(row).join("");
}

export function save(name, text, type = "text/csv") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
