/* Theme switch, menus, copying an address, the tab in sight, and refusals that arrive through htmx. */
(() => {
  "use strict";
  const root = document.documentElement;
  const keep = theme => {
    root.dataset.bsTheme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  };

  document.addEventListener("click", async event => {
    const node = event.target instanceof Element ? event.target : root;
    if (node.closest("[data-theme-toggle]")) {
      keep(root.dataset.bsTheme === "dark" ? "light" : "dark");
      localStorage.setItem("theme", root.dataset.bsTheme);
    }
    const copy = node.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText(copy.dataset.copy || location.href);
      const label = copy.getAttribute("aria-label");
      copy.setAttribute("aria-label", copy.dataset.copied);
      copy.classList.add("copied");
      setTimeout(() => { copy.setAttribute("aria-label", label); copy.classList.remove("copied"); }, 2000);
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(node)) menu.open = false;
  });

  document.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // other tabs follow
  addEventListener("storage", event => { if (event.key === "theme" && event.newValue) keep(event.newValue); });

  // the tab one is on is in sight, however narrow the row
  const tab = document.querySelector(".uc-tabs .active");
  if (tab) tab.closest(".uc-tabs").scrollLeft = tab.offsetLeft - 40;

  // a refusal says where it goes (HX-Retarget); any other error page is not swapped into a fragment
  document.addEventListener("htmx:beforeSwap", event => {
    const { xhr } = event.detail;
    if (xhr.status >= 400) event.detail.shouldSwap = Boolean(xhr.getResponseHeader("HX-Retarget"));
  });
})();
