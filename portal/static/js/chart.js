/* Draws the figures of portal/ui/charts.py with one template: theme, language, room. Loads Plotly only where there is a chart. */
(() => {
  "use strict";
  const root = document.documentElement;
  const own = document.currentScript.dataset;
  const language = root.lang.slice(0, 2);

  // ---- colours: "$accent/16" is the token --pl-accent at 16 %
  const NAMES = {
    accent: "--pl-accent", ink: "--pl-ink", ink2: "--pl-ink-2", line: "--pl-line", strong: "--pl-line-strong", card: "--pl-card",
    ok: "--pl-ok-fill", warn: "--pl-warn-fill", err: "--pl-err-fill", unk: "--pl-unk-fill",
    okink: "--pl-ok", warnink: "--pl-warn", errink: "--pl-err"
  };
  const pen = document.createElement("canvas").getContext("2d");
  const hex = name => {
    const raw = getComputedStyle(root).getPropertyValue(NAMES[name]).trim();
    const pair = raw.match(/light-dark\(([^,]+),\s*([^)]+)\)/);
    pen.fillStyle = pair ? pair[root.dataset.bsTheme === "dark" ? 2 : 1] : raw;
    return pen.fillStyle;
  };
  // Plotly reads tags in texts: a name that people or machines gave stays a name
  const plain = text => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const color = text => {
    const [name, percent] = text.slice(1).split("/");
    if (!Object.hasOwn(NAMES, name)) return plain(text);
    const c = hex(name);
    if (!percent) return c;
    return `rgba(${[1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16)).join(",")},${percent / 100})`;
  };
  const resolve = value => {
    if (typeof value === "string") return value.startsWith("$") ? color(value) : plain(value);
    if (Array.isArray(value)) return value.map(resolve);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolve(v)]));
    return value;
  };
  const merge = (under, over) => {
    const out = { ...under };
    for (const [key, value] of Object.entries(over)) {
      const both = value && typeof value === "object" && !Array.isArray(value) && out[key] && typeof out[key] === "object";
      out[key] = both ? merge(out[key], value) : value;
    }
    return out;
  };

  // ---- the one template
  const AXIS = { gridcolor: "$line", zeroline: false, linecolor: "$strong", tickcolor: "$strong", automargin: true, fixedrange: true, title: { standoff: 8, font: { size: 12 } } };
  const NOTE = { showarrow: false, font: { size: 12, color: "$ink2" }, xanchor: "left", yanchor: "middle", bgcolor: "$card/85", borderpad: 1 };
  const template = ({ data, layout }) => {
    const named = new Set(data.filter(trace => trace.showlegend !== false).map(trace => trace.name).filter(Boolean));
    const axes = Object.fromEntries(["xaxis", "yaxis", ...Object.keys(layout)].filter(k => /^[xy]axis\d*$/.test(k)).map(k => [k, k.startsWith("x") ? { ...AXIS, showgrid: false } : AXIS]));
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: named.size > 1, hovermode: "x unified", dragmode: false,
      margin: { l: 44, r: 16, t: 12, b: named.size > 1 ? 64 : 32 },
      font: { family: "Inter Variable, system-ui, sans-serif", size: 12, color: "$ink2" },
      hoverlabel: { bgcolor: "$card", bordercolor: "$line", font: { color: "$ink", size: 12 } },
      legend: { orientation: "h", x: 0, y: 0, yref: "container", yanchor: "bottom", font: { size: 12, color: "$ink2" } },
      ...axes
    };
  };

  // ---- dates in the words of the page's language, day first
  const dates = () => {
    const names = (count, at, options) => Array.from({ length: count }, (_, i) => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" }).format(at(i)));
    const month = i => Date.UTC(2024, i, 1), weekday = i => Date.UTC(2024, 8, 1 + i); // 1 September 2024 is a Sunday
    return {
      months: names(12, month, { month: "long" }), shortMonths: names(12, month, { month: "short" }),
      days: names(7, weekday, { weekday: "long" }), shortDays: names(7, weekday, { weekday: "short" }),
      date: "%d/%m/%Y", month: "%b %Y", dayMonth: "%-d %b", dayMonthYear: "%-d %b %Y"
    };
  };

  // ---- marks find their room: levels are named at the right end, flags stand in rows above the plot
  const ROW = 24;
  const wordWidth = text => { pen.font = "12px Inter Variable, sans-serif"; return pen.measureText(text).width + 10; };
  // moments come in the reader's zone, without a zone: read and written back as they are
  const local = ms => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  const moment = value => typeof value === "string" && isNaN(value) ? Date.parse(value.replace(" ", "T") + (value.includes(":") ? "Z" : "")) : Number(value);
  const extent = (data, layout) => {
    const given = layout.xaxis && layout.xaxis.range;
    const all = (given || data.flatMap(trace => trace.x || [])).map(moment).filter(Number.isFinite);
    for (const s of given ? [] : layout.shapes) if (s.xref === "x") all.push(moment(s.x0), moment(s.x1));
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return given ? [low, high] : [low - (high - low) * .02, high + (high - low) * .02];
  };
  const place = (data, layout, width) => {
    const notes = layout.annotations || [];
    const levels = notes.filter(n => n.name === "level"), flags = notes.filter(n => n.name === "flag");
    const narrow = width < 620;
    const margin = layout.margin = { ...layout.margin };
    if (levels.length && !narrow) margin.r = Math.min(width * .3, Math.max(...levels.map(n => wordWidth(n.text))) + 10);
    if (narrow) margin.r = 8;
    const sorted = [...levels].sort((a, b) => a.y - b.y);
    sorted.forEach((n, i) => {
      // several levels: the lowest is named under its line, the others above
      Object.assign(n, narrow ? { x: 0, xshift: 4 } : { xshift: 4 }, { yanchor: sorted.length > 1 ? (i ? "bottom" : "top") : narrow ? "bottom" : "middle" });
    });
    if (!flags.length) return;
    const [low, high] = extent(data, layout), room = width - margin.l - margin.r, ends = [];
    const asText = typeof flags[0].x === "string";
    layout.xaxis = { range: [low, high].map(v => asText ? local(v) : v), ...layout.xaxis };
    for (const f of [...flags].sort((a, b) => moment(a.x) - moment(b.x))) {
      const at = (moment(f.x) - low) / (high - low) * room, long = wordWidth(f.text) + 8;
      const right = at + long > room + margin.r;
      const [from, to] = right ? [at - long, at] : [at, at + long];
      let row = ends.findIndex(end => end < from);
      if (row < 0) row = ends.push(0) - 1;
      ends[row] = to + 4;
      Object.assign(f, { xanchor: right ? "right" : "left", yanchor: "bottom", showarrow: true, arrowhead: 0, arrowwidth: 1, arrowcolor: "$strong", ax: 0, ay: -4 - row * ROW,
        font: { size: 11, color: "$ink" }, bgcolor: "$card", bordercolor: "$strong", borderpad: 3, borderwidth: 1 });
    }
    margin.t = Math.max(margin.t, ends.length * ROW + 10);
    // low rows last, so that no pole crosses a name
    notes.sort((a, b) => (a.ay || 0) - (b.ay || 0));
  };

  const draw = node => {
    const figure = JSON.parse(document.getElementById(node.dataset.chart).textContent);
    const layout = merge(template(figure), figure.layout);
    layout.annotations = layout.annotations.map(n => ({ ...NOTE, ...n }));
    layout.width = node.clientWidth;
    place(figure.data, layout, layout.width);
    const config = { displayModeBar: false, locale: language, locales: { [language]: { format: dates() } }, doubleClick: false };
    window.Plotly.react(node, resolve(figure.data), resolve(layout), config);
    node.dataset.width = node.clientWidth;
  };

  // ---- when: on load, on a fragment's arrival, on a change of theme or width
  const charts = () => [...document.querySelectorAll("[data-chart]")];
  let loading;
  const script = src => new Promise((done, failed) => document.head.append(Object.assign(document.createElement("script"), { src, async: false, onload: done, onerror: failed })));
  const plotly = () => loading ??= Promise.all([language === "fr" && script(own.localeFr), script(own.plotly), document.fonts.ready]);
  const sized = new ResizeObserver(entries => { for (const { target } of entries) if (window.Plotly && Number(target.dataset.width) !== target.clientWidth) draw(target); });
  const start = async () => {
    const fresh = charts().filter(node => !node.dataset.width);
    if (!fresh.length) return;
    await plotly();
    for (const node of fresh) { node.replaceChildren(); draw(node); sized.observe(node); }
  };
  start();
  document.addEventListener("htmx:afterSettle", start);
  new MutationObserver(() => { for (const node of charts()) if (node.dataset.width) draw(node); }).observe(root, { attributeFilter: ["data-bs-theme"] });

  // ---- exports
  const save = (href, name) => Object.assign(document.createElement("a"), { href, download: name }).click();
  // a text that a spreadsheet would run as a formula is shown instead; numbers carry their value
  const harmless = text => /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  const quoted = text => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  document.addEventListener("click", async event => {
    const button = event.target.closest("[data-png], [data-csv]");
    if (!button) return;
    const figure = button.closest("[data-figure]"), name = figure.dataset.figure;
    if ("png" in button.dataset) {
      const node = figure.querySelector("[data-chart]");
      const ground = getComputedStyle(document.body).backgroundColor;
      const picture = { data: node.data, layout: { ...node.layout, paper_bgcolor: ground } };
      save(await window.Plotly.toImage(picture, { format: "png", width: node.clientWidth, height: node.clientHeight, scale: 2 }), `${name}.png`);
    } else {
      const rows = [...figure.querySelectorAll("tr")].map(row => [...row.cells].map(cell => quoted(cell.dataset.value ?? harmless(cell.textContent.trim()))).join(","));
      const href = URL.createObjectURL(new Blob([rows.join("\r\n")], { type: "text/csv" }));
      save(href, `${name}.csv`);
      URL.revokeObjectURL(href);
    }
  });
})();
