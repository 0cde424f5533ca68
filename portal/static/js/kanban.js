/* The kanban: a card that is dragged to a stage, or moved by the key m, opens its gate. No stage changes here. */
(() => {
  "use strict";
  const cardOf = node => node instanceof Element && node.closest(".kan-card");
  const boards = () => document.querySelectorAll("[data-kanban]");
  let lifted = null;

  // the stage of a gate opens it; any other stage (a step back, the end of the road) opens the page of all gates
  const address = (card, stage) => {
    const gates = card.dataset.gates;
    return ["poc", "industrialisation", "production"].includes(stage) && !before(card, stage) ? `${gates}${stage}/` : gates;
  };
  const columns = card => [...card.closest("[data-kanban]").querySelectorAll("[data-stage]")];
  const before = (card, stage) => {
    const all = columns(card);
    return all.findIndex(one => one.dataset.stage === stage) < all.indexOf(card.closest("[data-stage]"));
  };

  const put = () => {
    lifted = null;
    for (const board of boards()) {
      for (const one of board.querySelectorAll(".kan-lifted, .kan-open, .kan-over")) one.classList.remove("kan-lifted", "kan-open", "kan-over");
      for (const one of board.querySelectorAll(".kan-here")) one.hidden = true;
    }
  };

  document.addEventListener("dragstart", event => {
    const card = cardOf(event.target);
    if (!card || !card.draggable) return;
    lifted = card;
    event.dataTransfer.effectAllowed = "link";
    event.dataTransfer.setData("text/plain", card.dataset.gates);
    // the picture that is dragged is taken before the card fades
    requestAnimationFrame(() => {
      if (lifted !== card) return;
      card.classList.add("kan-lifted");
      for (const column of columns(card)) {
        if (column.contains(card)) continue;
        column.classList.add("kan-open");
        if (column.dataset.stage === card.dataset.ahead) column.querySelector(".kan-here").hidden = false;
      }
    });
  });

  const target = event => {
    const column = lifted && event.target instanceof Element && event.target.closest("[data-kanban] [data-stage]");
    return column && !column.contains(lifted) ? column : null;
  };

  document.addEventListener("dragover", event => {
    const column = target(event);
    for (const one of document.querySelectorAll(".kan-over")) if (one !== column) one.classList.remove("kan-over");
    if (!column) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "link";
    column.classList.add("kan-over");
  });

  document.addEventListener("drop", event => {
    const column = target(event);
    if (!column) return;
    event.preventDefault();
    const where = address(lifted, column.dataset.stage);
    put();
    location.assign(where);
  });

  document.addEventListener("dragend", put);

  document.addEventListener("keydown", event => {
    if (event.key !== "m" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const card = cardOf(event.target);
    const move = card && card.querySelector("[data-move]");
    if (!move || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    location.assign(move.href);
  });
})();
