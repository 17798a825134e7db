// The page: filters, table, pages, theme, print.
const COLUMNS = [
  ["state", "verdict"], ["case", "case"], ["agency", "agency"], ["rule", "rule"], ["due", "due"], ["performed", "performed"],
];
const MOST_PRINTED = 2000;
const PRINTED_WIDTH = 660;

// --- the table ---

function headCells() {
  return COLUMNS.map(([key, label]) => {
    const button = make("button", { type: "button", "data-sort": key }, say(label), make("span", { class: "arrow", "aria-hidden": "true" }));
    button.addEventListener("click", () => {
      const down = state.sort === key && !state.down;
      choose({ sort: state.sort === key && state.down ? "" : key, down }, true);
    });
    return make("th", { scope: "col", role: "columnheader", class: `c-${key}` }, button);
  });
}

function cell(key, label, ...children) {
  return make("td", { role: "cell", class: `c-${key}`, "data-label": say(label) }, ...children);
}

function rowCells(i) {
  const kind = STATES[page.state[i]];
  const [what, much] = verdictText(i);
  const rule = page.rules[page.rule[i]];
  const toggle = make("button", {
    type: "button", class: "toggle", "aria-expanded": String(open.has(i)), "data-finding": i,
    "aria-controls": open.has(i) ? `detail-${i}` : null,
  }, matter(i));
  return [
    cell("state", "verdict",
      make("span", { class: `badge ${kind}` }, make("span", { class: "dot", "aria-hidden": "true" }),
        make("span", { class: "hidden" }, `${say("light_" + kind)} `), what),
      much ? make("span", { class: "much" }, much) : null),
    make("th", { scope: "row", role: "rowheader", class: "c-case", "data-label": say("case") }, toggle),
    cell("agency", "agency", word("agency", page.agency[i])),
    cell("rule", "rule", rule.title),
    cell("due", "due", dueText(i)),
    cell("performed", "performed", asText(page.pt[i])),
  ];
}

function detailRow(i) {
  return make("tr", { role: "row", class: "detail", id: `detail-${i}` },
    make("td", { role: "cell", colspan: COLUMNS.length },
      make("div", { role: "group", "aria-label": say("detail_of", { name: matter(i) }) }, detail(i))));
}

function fill(from, to) {
  const rows = document.createDocumentFragment();
  for (let at = from; at < to; at++) {
    const i = shown[at];
    rows.append(make("tr", { role: "row", class: open.has(i) ? "opened" : null }, ...rowCells(i)));
    if (open.has(i)) rows.append(detailRow(i));
  }
  find("rows").replaceChildren(rows);
}

function paint() {
  const pages = Math.max(1, Math.ceil(shown.length / state.size));
  state.page = Math.min(Math.max(state.page, 0), pages - 1);
  fill(state.page * state.size, Math.min((state.page + 1) * state.size, shown.length));
  document.querySelectorAll("#heads th").forEach((head, at) => {
    const here = COLUMNS[at][0] === (state.sort || "state");
    head.setAttribute("aria-sort", here ? (state.down ? "descending" : "ascending") : "none");
  });
  const filtered = shown.length !== page.size;
  find("status").textContent = !shown.length ? say("found_none")
    : say(filtered ? "found" : "found_all", { n: count(shown.length), total: count(page.size) });
  find("conditions").textContent = conditions();
  find("pager").hidden = shown.length <= 25;
  find("p-where").textContent = say("page", { page: count(state.page + 1), pages: count(pages) });
  for (const id of ["p-first", "p-previous"]) find(id).disabled = state.page === 0;
  for (const id of ["p-next", "p-last"]) find(id).disabled = state.page === pages - 1;
  find("reset").disabled = FILTERS.every((name) => !state[name]);
  document.querySelectorAll(".tiles [data-verdict]").forEach((tile) => {
    tile.setAttribute("aria-pressed", String(tile.dataset.verdict === state.verdict));
  });
}

/** The filters in words, for print. */
function conditions() {
  const said = [];
  const picked = (id) => find(id).selectedOptions[0]?.textContent || "";
  if (state.q) said.push(say("term", { term: say("search"), text: say("quoted", { text: state.q }) }));
  for (const [name, label] of [["verdict", "verdict"], ["breach", "breach_kind"], ["agency", "agency"], ["rule", "rule"], ["region", "region"]]) {
    if (state[name] !== "") said.push(say("term", { term: say(label), text: picked("f-" + name) }));
  }
  if (state.from || state.to) {
    said.push(say("term", { term: picked("f-basis"), text: say("between", { earliest: state.from || "…", latest: state.to || "…" }) }));
  }
  return said.length ? say("filtered_by", { conditions: said.join(say("semicolon")) }) : say("no_filter");
}

// --- filters ---

const FIELDS = { q: "q", verdict: "f-verdict", breach: "f-breach", agency: "f-agency", rule: "f-rule", region: "f-region", basis: "f-basis", from: "f-from", to: "f-to" };

/** Set some of the state, show it in the fields, and paint. */
function choose(changes, stay) {
  Object.assign(state, changes);
  for (const [name, id] of Object.entries(FIELDS)) if (find(id).value !== state[name]) find(id).value = state[name];
  find("sort-choice").value = state.sort ? `${state.sort}${state.down ? "-" : ""}` : "";
  if (!("page" in changes)) state.page = 0;
  refresh();
  paint();
  if (!stay) {
    find("findings").scrollIntoView();
    find("findings").focus({ preventScroll: true });
  }
}

function options(id, rows, all = say("all")) {
  find(id).replaceChildren(make("option", { value: "" }, all), ...rows.map(([value, text, n]) => make("option", { value }, n === undefined ? text : say("bracketed", { text, more: count(n) }))));
}

function tally(column, size) {
  const counts = new Uint32Array(size + 1);
  for (const at of column) counts[at + 1] += 1;
  return counts;
}

function fillFilters() {
  const states = tally(page.state, STATES.length);
  const pending = states[3] + states[4];
  options("f-verdict", [["breached", states[1]], ["undecided", states[2]], ["pending", pending], ["due_soon", states[3]], ["excused", states[5]], ["met", states[6]]]
    .map(([name, n]) => [name, say(name), n]));
  const breaches = tally(page.breach, BREACHES.length);
  options("f-breach", BREACHES.map((name, at) => [at, say(name), breaches[at + 1]]).filter((row) => row[2]));
  for (const [name, absent] of [["agency", "no_agency"], ["region", "no_region"]]) {
    const counts = tally(page[name], words[name].length);
    const order = words[name].map((text, at) => [at, text, counts[at + 1]]).sort((a, b) => collator.compare(a[1], b[1]));
    if (counts[0]) order.push([-1, say(absent), counts[0]]);
    options("f-" + name, order);
  }
  const rules = tally(page.rule, page.rules.length);
  const groups = new Map();
  page.rules.forEach((rule, at) => {
    if (!groups.has(rule.pack)) groups.set(rule.pack, []);
    groups.get(rule.pack).push(make("option", { value: at }, say("bracketed", { text: rule.title, more: count(rules[at + 1]) })));
  });
  find("f-rule").replaceChildren(make("option", { value: "" }, say("all")),
    ...[...groups].map(([pack, rows]) => make("optgroup", { label: page.packs[pack] || pack || "" }, ...rows)));
  const orders = COLUMNS.slice(1).flatMap(([key, label]) => [[key, `${say(label)} ${say("ascending")}`], [key + "-", `${say(label)} ${say("descending")}`]]);
  options("sort-choice", orders, say("default_order"));
}

function wireFilters() {
  let waiting = 0;
  find("q").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => choose({ q: find("q").value }, true), 120);
  });
  for (const [name, id] of Object.entries(FIELDS)) {
    if (name !== "q") find(id).addEventListener("change", () => choose({ [name]: find(id).value }, true));
  }
  find("more").addEventListener("click", () => {
    const all = find("filters").classList.toggle("all");
    find("more").setAttribute("aria-expanded", String(all));
    find("more").textContent = say(all ? "fewer_filters" : "more_filters");
  });
  find("filters").addEventListener("submit", (event) => event.preventDefault());
  find("filters").addEventListener("reset", (event) => {
    event.preventDefault();
    choose({ ...Object.fromEntries(FILTERS.map((name) => [name, ""])), basis: "due" }, true);
    find("q").focus();
  });
  find("sort-choice").addEventListener("change", () => {
    const value = find("sort-choice").value;
    choose({ sort: value.replace("-", ""), down: value.endsWith("-") }, true);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { verdict, agency, rule, month } = button.dataset;
    const blank = Object.fromEntries(FILTERS.map((name) => [name, ""]));
    if (verdict !== undefined) choose({ ...blank, verdict: state.verdict === verdict ? "" : verdict });
    else if (agency !== undefined) choose({ ...blank, verdict: "breached", agency: String(words.agency.indexOf(agency)) });
    else if (rule !== undefined) choose({ ...blank, verdict: "breached", rule: String(page.rules.findIndex((one) => one.id === rule)) });
    else if (month !== undefined) {
      Object.assign(state, blank);
      monthsChosen(Number(month.slice(0, -3)) * 12 + Number(month.slice(-2)) - 1, 1);
    }
  });
}

// --- rows and pages ---

function wireTable() {
  find("heads").append(...headCells());
  find("rows").addEventListener("click", (event) => {
    if (event.target.closest(".detail")) return;
    const button = event.target.closest("tr").querySelector("[data-finding]");
    // A drag over a row selects its text; asking for the selection costs a layout, so the button does not.
    if (event.target === button || getSelection().type !== "Range") toggle(button);
  });
  const turn = (page_, focus) => {
    state.page = page_;
    paint();
    find("table").scrollIntoView({ block: "start" });
    (find(focus).disabled ? find("table").querySelector(".toggle") : find(focus))?.focus({ preventScroll: true });
  };
  find("p-first").addEventListener("click", () => turn(0, "p-first"));
  find("p-previous").addEventListener("click", () => turn(state.page - 1, "p-previous"));
  find("p-next").addEventListener("click", () => turn(state.page + 1, "p-next"));
  find("p-last").addEventListener("click", () => turn(Infinity, "p-last"));
  find("p-size").addEventListener("change", () => {
    state.page = Math.floor((state.page * state.size) / Number(find("p-size").value));
    state.size = Number(find("p-size").value);
    paint();
  });
}

function toggle(button) {
  const i = Number(button.dataset.finding);
  const row = button.closest("tr");
  const opened = !open.has(i);
  button.setAttribute("aria-expanded", String(opened));
  row.classList.toggle("opened", opened);
  if (opened) {
    open.add(i);
    row.after(detailRow(i));
    button.setAttribute("aria-controls", `detail-${i}`);
  } else {
    open.delete(i);
    find(`detail-${i}`)?.remove();
    button.removeAttribute("aria-controls");
  }
}

/** Open the finding that the address names. */
function followAddress() {
  const wanted = /^#finding-([0-9a-f-]+)$/.exec(location.hash);
  if (!wanted) return;
  const i = page.fingerprint.indexOf(wanted[1]);
  if (i < 0) return;
  choose({ ...Object.fromEntries(FILTERS.map((name) => [name, ""])), sort: "", down: false }, true);
  open.add(i);
  state.page = Math.floor(shown.indexOf(i) / state.size);
  paint();
  const button = document.querySelector(`[data-finding="${i}"]`);
  button.scrollIntoView({ block: "center" });
  button.focus({ preventScroll: true });
}

// --- theme and print ---

function wireTheme() {
  const remembered = () => {
    try {
      return localStorage.getItem("zwgk-theme") || "";
    } catch {
      return "";
    }
  };
  const set = (theme) => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    find("theme").value = theme;
  };
  set(["light", "dark"].includes(remembered()) ? remembered() : "");
  find("theme").addEventListener("change", () => {
    set(find("theme").value);
    try {
      localStorage.setItem("zwgk-theme", find("theme").value);
    } catch {
      // A page opened from a folder may have no storage; the choice then lasts as long as the page.
    }
  });
}

function wirePrint() {
  const months = find("month-details");
  let folded = false;
  find("print").addEventListener("click", () => print());
  addEventListener("beforeprint", () => {
    drawChart(PRINTED_WIDTH);
    folded = !months.open;
    months.open = true;
    fill(0, Math.min(shown.length, MOST_PRINTED));
    find("conditions").textContent = conditions() + (shown.length > MOST_PRINTED ? say("semicolon") + say("print_cut", { n: count(MOST_PRINTED) }) : "");
  });
  addEventListener("afterprint", () => {
    if (folded) months.open = false;
    paint();
    drawChart();
  });
}

wireTheme();
fillFilters();
wireFilters();
wireTable();
wirePrint();
refresh();
paint();
drawChart();
let drawnWidth = find("chart").clientWidth;
new ResizeObserver(() => {
  if (find("chart").clientWidth === drawnWidth) return;
  drawnWidth = find("chart").clientWidth;
  drawChart();
}).observe(find("chart"));
addEventListener("hashchange", followAddress);
followAddress();
document.documentElement.dataset.ready = "true";
