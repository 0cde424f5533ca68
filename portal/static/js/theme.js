/* Runs before the first paint: the chosen theme, else the one of the system. */
(() => {
  "use strict";
  const root = document.documentElement;
  const chosen = /(?:^|; )theme=(light|dark)/.exec(document.cookie);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  root.dataset.bsTheme = chosen ? chosen[1] : dark.matches ? "dark" : "light";
  if (!chosen) dark.addEventListener("change", event => { root.dataset.bsTheme = event.matches ? "dark" : "light"; });
})();
