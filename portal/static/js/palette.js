/* The search palette: Ctrl or Cmd and K opens it, arrows choose, Enter goes, Escape closes. */
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const options = () => [...list.querySelectorAll("[role=option]")];
  let chosen = -1;

  const choose = index => {
    const all = options();
    chosen = all.length ? (index + all.length) % all.length : -1;
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === chosen)));
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    }
  };

  const open = () => {
    if (dialog.open) return;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    dialog.showModal();
    input.select();
    htmx.trigger(input, "palette");
  };

  // what has no address of its own is a button of the top bar
  const buttons = { "#theme": "[data-theme-toggle]", "#language": "button[name=language]" };
  const follow = event => {
    const option = event.target.closest("[role=option]");
    const button = option && buttons[option.getAttribute("href")];
    if (!button) return;
    event.preventDefault();
    dialog.close();
    document.querySelector(`.topbar ${button}`).click();
  };

  document.addEventListener("keydown", event => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", event => {
    const node = event.target instanceof Element ? event.target : document.body;
    if (node.closest("[data-palette]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
    if (node.closest("[data-palette-close]") || node === dialog) dialog.close();
    const language = node.closest("a[href='#language']:not([role=option])");
    if (language) {
      event.preventDefault();
      document.querySelector(`.topbar ${buttons["#language"]}`).click();
    }
  });
  list.addEventListener("click", follow);
  list.addEventListener("htmx:afterSwap", () => choose(0));
  input.addEventListener("keydown", event => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) options()[chosen].click();
    else return;
    event.preventDefault();
  });
})();
