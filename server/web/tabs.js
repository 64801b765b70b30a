// Tabs as the ARIA Authoring Practices describe them: arrow keys move, the address's hash names the open one. The hash of
// the tab x-tab is #x, which is no element's name: the browser would scroll to it.

export function tabs(list) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const panel = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const hash = (tab) => `#${tab.id.replace("-tab", "")}`;

  const shown = () => all.filter((tab) => !tab.hidden);

  function open(chosen) {
    for (const tab of all) {
      tab.setAttribute("aria-selected", tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      panel(tab).hidden = tab !== chosen;
    }
  }

  function visit(tab) {
    open(tab);
    history.replaceState(null, "", hash(tab));
  }

  const openNamed = () => open(shown().find((tab) => hash(tab) === location.hash) ?? all[0]);

  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) visit(tab);
  });
  list.addEventListener("keydown", (event) => {
    const at = shown().indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const tab = shown().at(next % shown().length);
    visit(tab);
    tab.focus();
  });
  addEventListener("hashchange", openNamed);
  openNamed();
  return { openNamed };  // for when other tabs are shown than before
}
