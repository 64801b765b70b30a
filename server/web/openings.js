// The ways a picture comes to a desk: chosen or photographed, pasted, or dropped anywhere while the desk is in view.
// open(file) gets the first; with `several`, open(files) gets all.

export function openings(root, sheet, open, { several = false } = {}) {
  const inView = () => root.closest("[hidden]") === null;
  const openFirst = (files) => files.length > 0 && open(several ? [...files] : files[0]);

  for (const input of root.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      openFirst(input.files);
      input.value = "";  // so that the same file can be opened again
    });
  }
  addEventListener("paste", (event) => inView() && openFirst(event.clipboardData.files));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    sheet.classList.add("dropping");
  });
  addEventListener("dragleave", () => sheet.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    sheet.classList.remove("dropping");
    if (inView()) openFirst(event.dataTransfer.files);
  });
}
