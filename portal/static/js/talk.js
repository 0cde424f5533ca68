/* Comments: an address that names one shows it once they are there; names are offered after an @. */
(() => {
  "use strict";
  const asked = () => /^#(talk|comment-)/.test(location.hash) && document.getElementById(location.hash.slice(1));

  // the section is read when it comes in sight: an address that names a comment does not wait for that
  addEventListener("load", () => {
    const section = document.getElementById("talk");
    if (section && section.hasAttribute("hx-get") && location.hash.startsWith("#comment-")) htmx.trigger(section, "talk");
  });
  document.addEventListener("htmx:afterSettle", event => {
    if (event.target.id !== "talk") return;
    const said = asked();
    if (said) { said.scrollIntoView({ block: "center" }); said.focus({ preventScroll: true }); }
  });

  const WORD = /(^|[^\w@./+-])@([\w.+-]*)$/;
  let list = null;
  let area = null;

  const close = () => {
    if (list) list.remove();
    list = null;
    if (area) area.removeAttribute("aria-activedescendant");
  };
  const options = () => [...list.children];
  const choose = place => {
    const all = options();
    const chosen = (place + all.length) % all.length;
    all.forEach((one, index) => one.setAttribute("aria-selected", String(index === chosen)));
    area.setAttribute("aria-activedescendant", all[chosen].id);
  };
  const current = () => options().findIndex(one => one.getAttribute("aria-selected") === "true");
  const take = option => {
    const end = area.selectionStart;
    const start = end - WORD.exec(area.value.slice(0, end))[2].length;
    area.setRangeText(`${option.dataset.username} `, start, end, "end");
    close();
    area.focus();
  };

  const show = people => {
    close();
    if (!people.length) return;
    list = document.createElement("div");
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "@");
    people.forEach((person, index) => {
      const option = document.createElement("div");
      option.id = `name-${index}`;
      option.className = "menu-item";
      option.setAttribute("role", "option");
      option.dataset.username = person.username;
      option.textContent = `${person.name} (@${person.username})`;
      list.append(option);
    });
    let around = area.parentElement;
    if (!around.classList.contains("names")) {
      around = document.createElement("div");
      around.className = "names";
      area.before(around);
      around.append(area);
      area.focus();
    }
    around.append(list);
    choose(0);
  };

  document.addEventListener("input", async event => {
    if (!(event.target instanceof HTMLTextAreaElement) || !event.target.dataset.mentions) return;
    area = event.target;
    const found = WORD.exec(area.value.slice(0, area.selectionStart));
    if (!found) { close(); return; }
    const answer = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(found[2])}`);
    const again = WORD.exec(area.value.slice(0, area.selectionStart));
    if (answer.ok && again && again[2] === found[2]) show((await answer.json()).people);
  });
  document.addEventListener("keydown", event => {
    if (!list) return;
    if (event.key === "ArrowDown") choose(current() + 1);
    else if (event.key === "ArrowUp") choose(current() - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(options()[current()]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  document.addEventListener("mousedown", event => {
    if (!list) return;
    const option = event.target.closest(".names [role=option]");
    event.preventDefault();
    if (option) take(option); else close();
  });
})();
