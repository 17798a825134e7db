// Breaches over time: a bar a month (a quarter or a year where there would be too many), drawn to the width there is.
const SVG = "http://www.w3.org/2000/svg";
const KINDS = ["overdue", "late", "short"];
const SLOT = 5;
const HEIGHT = 190;

function shape(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

const dated = page.months.filter(([year]) => year > 0);

/** The step of the scale: 1, 2 or 5 times a power of ten, so that there are at most four. */
function stepFor(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(most / 4, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => most / step <= 4);
}

/** The breaches in bins of a month, a quarter or a year: the narrowest that leave each bar its slot. */
function binsFor(width) {
  const at = ([year, month]) => year * 12 + month - 1;
  const first = Math.min(...dated.map(at));
  const last = Math.max(...dated.map(at));
  const most = width / SLOT;
  const size = last - first < most ? 1 : last - first < most * 3 ? 3 : 12;
  const from = Math.floor(first / size);
  const bins = Array.from({ length: Math.floor(last / size) - from + 1 }, (_, k) => {
    const start = (from + k) * size;
    return { start, total: 0, kinds: {} };
  });
  for (const row of dated) {
    const bin = bins[Math.floor(at(row) / size) - from];
    const kind = KINDS.includes(row[2]) ? row[2] : "short";
    bin.kinds[kind] = (bin.kinds[kind] || 0) + row[3];
    bin.total += row[3];
  }
  return { bins, size };
}

function binName(start, size) {
  const year = Math.floor(start / 12);
  const month = start % 12;
  if (size === 12) return String(year);
  return size === 3 ? `${year}-Q${month / 3 + 1}` : `${year}-${String(month + 1).padStart(2, "0")}`;
}

/** Filter to the breaches due in a span of months that begins with ``start`` (years × 12 + month). */
function monthsChosen(start, size) {
  const end = start + size;
  choose({
    verdict: "breached", basis: "due",
    from: iso(dayOf(Math.floor(start / 12), (start % 12) + 1, 1)),
    to: iso(dayOf(Math.floor(end / 12), (end % 12) + 1, 1) - 1),
  });
}

/** What turns bins into places: the scale of the drawing. */
function scaleFor(width) {
  const frame = { left: 34, right: 4, top: 10, bottom: 24 };
  const { bins, size } = binsFor(width - frame.left - frame.right);
  const most = Math.max(...bins.map((bin) => bin.total));
  const step = stepFor(most);
  const peak = Math.ceil(most / step) * step;
  const slot = (width - frame.left - frame.right) / bins.length;
  return {
    ...frame, width, bins, size, step, peak, slot,
    bar: Math.min(Math.max(slot - Math.max(1, slot * 0.25), 1), 40),
    x: (k) => frame.left + slot * k,
    y: (value) => frame.top + (HEIGHT - frame.top - frame.bottom) * (1 - value / peak),
  };
}

function drawGrid(drawing, { left, right, width, step, peak, y }) {
  for (let value = 0; value <= peak; value += step) {
    drawing.append(shape("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: value ? "grid" : "axis" }));
    drawing.append(shape("text", { x: left - 6, y: y(value) + 4, class: "tick-y" }, count(value)));
  }
}

function drawBar(bin, k, { top, bottom, slot, bar, size, x, y }) {
  const group = shape("g", { class: "bin" });
  if (!bin.total) return group;
  const told = KINDS.filter((kind) => bin.kinds[kind]).map((kind) => `${say(kind)} ${count(bin.kinds[kind])}`);
  group.append(shape("title", {}, say("term", { term: binName(bin.start, size), text: told.join(say("comma")) })));
  group.append(shape("rect", { x: x(k), y: top, width: slot, height: HEIGHT - top - bottom, class: "target" }));
  group.addEventListener("click", () => monthsChosen(bin.start, size));
  let below = 0;
  for (const kind of KINDS) {
    const value = bin.kinds[kind] || 0;
    if (!value) continue;
    const height = Math.max(y(below) - y(below + value), 1);
    group.append(shape("rect", { x: x(k) + (slot - bar) / 2, width: bar, y: y(below + value), height, class: `part ${kind}` }));
    below += value;
  }
  return group;
}

const FEW = 14;

/** The names under the bars: each of a few, else the years where they begin and where there is room. */
function drawNames(drawing, { bins, size, slot, width, x, y }) {
  let free = -Infinity;
  bins.forEach((bin, k) => {
    const few = bins.length <= FEW && slot > 48;
    if (!few && k && bin.start % 12) return;
    const text = few ? binName(bin.start, size) : String(Math.floor(bin.start / 12));
    const at = few ? x(k + 0.5) : x(k) + 3;
    if (at < free || (!few && at + text.length * 8 > width)) return;
    if (!few) drawing.append(shape("line", { x1: x(k), x2: x(k), y1: y(0), y2: y(0) + 5, class: "axis" }));
    drawing.append(shape("text", { x: at, y: HEIGHT - 7, class: few ? "tick-x" : "tick-x from" }, text));
    free = at + text.length * 8 + 8;
  });
}

/** Draw the chart to the width of its place, or to a given width for print. */
function drawChart(printed) {
  const place = find("chart");
  if (!dated.length) {
    place.hidden = true;
    find("month-details").open = true;
    return;
  }
  const scale = scaleFor(printed || Math.max(place.clientWidth || 700, 240));
  const { bins, size, width } = scale;
  const best = bins.reduce((a, b) => (b.total > a.total ? b : a));
  const drawing = shape("svg", {
    viewBox: `0 0 ${width} ${HEIGHT}`, width: "100%", role: "img", class: "chart",
    "aria-label": say("chart_text", {
      total: count(bins.reduce((sum, bin) => sum + bin.total, 0)), first: binName(bins[0].start, size),
      last: binName(bins[bins.length - 1].start, size), most: binName(best.start, size), n: count(best.total),
    }),
  });
  drawGrid(drawing, scale);
  bins.forEach((bin, k) => drawing.append(drawBar(bin, k, scale)));
  drawNames(drawing, scale);
  const keys = KINDS.filter((kind) => bins.some((bin) => bin.kinds[kind]))
    .map((kind) => make("li", null, make("span", { class: `key ${kind}`, "aria-hidden": "true" }), say(kind)));
  const per = { 1: "per_month", 3: "per_quarter", 12: "per_year" }[size];
  place.replaceChildren(drawing, make("ul", { class: "legend" }, ...keys, make("li", { class: "quiet" }, say(per))));
}
