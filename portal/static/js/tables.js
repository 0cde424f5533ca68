/* Lists by keyboard: j, k and arrows move, Enter opens, x ticks, / searches, ? explains. What happens is said aloud. */
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const say = document.createElement("p");
  say.className = "visually-hidden";
  say.setAttribute("role", "status");
  document.addEventListener("DOMContentLoaded", () => document.body.append(say));

  const rows = list => [...list.querySelectorAll("[data-row]")];
  const handle = row => row.querySelector("th a[href]") || row.querySelector("a[href], button, input") || row;
  const dialog = list => list.querySelector("dialog");
  const words = row => (row.querySelector("th .name") || row.querySelector("th") || row).textContent.trim().replace(/\s+/g, " ").slice(0, 200);

  // the list one is in, else the first of the page
  const current = node => node.closest("[data-list]") || document.querySelector("[data-list]");
  const typing = node => node.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");

  const move = (list, step) => {
    const all = rows(list);
    if (!all.length) return;
    const here = all.findIndex(row => row.contains(document.activeElement));
    const row = all[Math.max(0, Math.min(all.length - 1, here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step))];
    const target = handle(row);
    if (target === row) row.tabIndex = -1;
    target.focus();
    say.textContent = `${dialog(list).dataset.moved} ${all.indexOf(row) + 1} / ${all.length}`;
  };

  const tick = (list, node) => {
    const row = node.closest("[data-row]");
    const box = row && row.querySelector("[data-pick]");
    if (!box) return;
    box.checked = !box.checked;
    say.textContent = `${dialog(list).dataset[box.checked ? "ticked" : "unticked"]}: ${words(row)}`;
  };

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const node = event.target instanceof Element ? event.target : document.body;
    const list = current(node);
    if (!list || typing(node) || document.querySelector("dialog[open]")) return;
    const inside = Boolean(node.closest("[data-row]"));
    const search = list.querySelector("[data-search]");
    const keys = {
      j: () => move(list, 1),
      k: () => move(list, -1),
      // the arrows scroll until one is in a row
      ArrowDown: inside && (() => move(list, 1)),
      ArrowUp: inside && (() => move(list, -1)),
      x: inside && (() => tick(list, node)),
      "/": search && (() => search.select()),
      "?": dialog(list) && (() => dialog(list).showModal()),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", event => {
    const node = event.target instanceof Element ? event.target : document.body;
    const help = node.closest("[data-keys]");
    if (help) document.getElementById(help.dataset.keys).showModal();
  });

  document.addEventListener("change", event => {
    if (!event.target.matches("[data-pick-all]")) return;
    for (const box of current(event.target).querySelectorAll("[data-pick]")) box.checked = event.target.checked;
  });

  document.addEventListener("htmx:afterSettle", event => {
    const list = event.target instanceof Element && event.target.closest("[data-list]");
    if (list) say.textContent = list.dataset.said;
  });
})();
