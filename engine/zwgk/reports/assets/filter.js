// Which findings are shown, and in which order.
const state = {
  q: "", verdict: "", breach: "", agency: "", rule: "", region: "",
  basis: "due", from: "", to: "", sort: "", down: false, page: 0, size: 50,
};
const FILTERS = ["q", "verdict", "breach", "agency", "rule", "region", "from", "to"];
let shown = new Uint32Array(0);
const open = new Set();

const plain = (text) => text.normalize("NFKC").toLowerCase();
const folded = {};

/** The texts of a dictionary, folded for searching; made when first asked for. */
function foldedWords(name) {
  if (!folded[name]) {
    folded[name] = name === "rule"
      ? page.rules.map((rule) => plain(`${rule.title} ${rule.id} ${rule.source.number} ${rule.source.clause}`))
      : words[name].map(plain);
  }
  return folded[name];
}

/** For each searched word, by column, which dictionary entries hold it. */
function searchHits(query) {
  return plain(query).split(/\s+/).filter(Boolean).map((needle) => {
    const hits = {};
    for (const name of ["case", "agency", "rule", "member", "period"]) {
      hits[name] = Uint8Array.from(foldedWords(name), (text) => (text.includes(needle) ? 1 : 0));
    }
    return { needle, hits, long: /^[0-9a-f]{8,}(-[0-9]+)?$/.test(needle) };
  });
}

function isHit(i, { needle, hits, long }) {
  return hits.case[page.case[i]] || hits.agency[page.agency[i]] || hits.rule[page.rule[i]]
    || hits.member[page.member[i]] || hits.period[page.period[i]]
    || (long && page.fingerprint[i].startsWith(needle));
}

const VERDICTS = { pending: [2, 3] };

function wantedStates() {
  if (!state.verdict) return null;
  return VERDICTS[state.verdict] || [STATES.indexOf(state.verdict)];
}

const BASES = {
  due: [page.de, page.dl],
  trigger: [page.tt, page.tt],
  performed: [page.pt, page.pt],
};

const dayFrom = (text) => (text ? Math.round(Date.parse(text + "T00:00:00Z") / DAY) : null);

/** Whether the time that the period is taken by may lie in it (a due date between bounds: either bound). */
function inSpan(i, from, to) {
  const [firsts, lasts] = BASES[state.basis];
  const first = asDay(firsts[i]);
  const last = asDay(lasts[i]);
  if (first === null && last === null) return false;
  const early = first === null ? last : first;
  const late = last === null ? first : last;
  return (from === null || late >= from) && (to === null || early <= to);
}

const chosen = (name) => (state[name] === "" ? null : Number(state[name]));

/** Filter and sort anew. */
function refresh() {
  const needles = searchHits(state.q);
  const states = wantedStates();
  const [breach, agency, rule, region] = ["breach", "agency", "rule", "region"].map(chosen);
  const from = dayFrom(state.from);
  const to = dayFrom(state.to);
  const spanned = from !== null || to !== null;
  const found = [];
  for (let i = 0; i < page.size; i++) {
    if (states && !states.includes(page.state[i])) continue;
    if (breach !== null && page.breach[i] !== breach) continue;
    if (agency !== null && page.agency[i] !== agency) continue;
    if (rule !== null && page.rule[i] !== rule) continue;
    if (region !== null && page.region[i] !== region) continue;
    if (spanned && !inSpan(i, from, to)) continue;
    if (needles.length && !needles.every((needle) => isHit(i, needle))) continue;
    found.push(i);
  }
  shown = sorted(Uint32Array.from(found));
}

// --- order ---

const collator = new Intl.Collator(page.language, { numeric: true });
const ranks = {};

/** The rank of each entry of a dictionary in reading order. */
function ranksOf(name) {
  if (!ranks[name]) {
    const texts = name === "rule" ? page.rules.map((one) => one.title) : words[name];
    const order = texts.map((_, at) => at).sort((a, b) => collator.compare(texts[a], texts[b]) || a - b);
    ranks[name] = new Float64Array(texts.length);
    order.forEach((at, rank) => { ranks[name][at] = rank; });
  }
  return ranks[name];
}

const ranked = (name) => (i) => (page[name][i] < 0 ? Infinity : ranksOf(name)[page[name][i]]);
const KEYS = {
  state: (i) => page.state[i],
  case: ranked("case"),
  agency: ranked("agency"),
  rule: ranked("rule"),
  due: (i) => asNumber(page.dl[i] === null ? page.de[i] : page.dl[i]),
  performed: (i) => asNumber(page.pt[i]),
};

/** Sorted by the chosen column (what has no value comes last), else by verdict; equals stay in report order. */
function sorted(found) {
  const key = KEYS[state.sort || "state"];
  const keys = new Float64Array(page.size);
  for (const i of found) keys[i] = key(i);
  const sign = state.down ? -1 : 1;
  return found.sort((a, b) => {
    const x = keys[a];
    const y = keys[b];
    if (x === y) return a - b;
    if (x === Infinity || y === Infinity) return x === Infinity ? 1 : -1;
    return x < y ? -sign : sign;
  });
}
