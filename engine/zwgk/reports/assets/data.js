// The data of the page, and how to read it back: days, texts, sentences.
const page = JSON.parse(document.getElementById("data").textContent);
const words = page.dictionaries;
const labels = page.labels;

const STATES = ["breached", "undecided", "due_soon", "pending", "excused", "met"];
const BREACHES = ["late", "overdue", "short", "missing", "below", "out-of-order"];
const UNITS = ["workdays", "days", "hours"];
const DAY = 86400000;

/** A label with its {names} filled in. */
function say(key, values = {}) {
  return labels[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const grouped = new Intl.NumberFormat("en-US");
const count = (n) => grouped.format(n);

/** A day (since 1970-01-01) as ISO text. */
const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);

/** A day as {year, month, date, weekday}; Monday is 0. */
function parts(day) {
  const date = new Date(day * DAY);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    date: date.getUTCDate(),
    weekday: (date.getUTCDay() + 6) % 7,
  };
}

const dayOf = (year, month, date) => Math.round(Date.UTC(year, month - 1, date) / DAY);

/** A time of a column (a day, or the text of an instant) as a day; null stays null. */
function asDay(time) {
  if (time === null || typeof time === "number") return time;
  return Math.round(Date.parse(time.slice(0, 10) + "T00:00:00Z") / DAY);
}

/** A time of a column as people read it. */
function asText(time) {
  if (time === null) return "";
  return typeof time === "number" ? iso(time) : time.slice(0, 19).replace("T", " ");
}

/** A time of a column as a number to sort by. */
function asNumber(time) {
  if (time === null) return Infinity;
  return typeof time === "number" ? time : asDay(time) + Date.parse("1970-01-01T" + time.slice(11, 19) + "Z") / DAY;
}

const word = (name, at) => (at < 0 ? "" : words[name][at]);
const eventLabel = (at) => (at < 0 ? "" : words.event[at][1]);

// Where the arguments of each finding begin in the flat list.
const offsets = new Uint32Array(page.size + 1);
{
  const taken = words.because.map((pattern) => pattern.reduce((sum, at) => sum + words.sentence[at][0].length, 0));
  for (let i = 0; i < page.size; i++) offsets[i + 1] = offsets[i] + taken[page.because[i]];
}

/** The reasons of a finding, sentence by sentence. */
function reasons(i) {
  let next = offsets[i];
  return words.because[page.because[i]].map((at) => {
    const [kinds, ...pieces] = words.sentence[at];
    let text = pieces[0];
    for (let k = 0; k < kinds.length; k++) {
      const argument = page.arguments[next++];
      text += (kinds[k] === "d" ? iso(argument) : argument) + pieces[k + 1];
    }
    return text;
  });
}

function amount(i) {
  const unit = UNITS[page.unit[i]];
  return page.amount[i] < 0 ? "" : say(page.amount[i] === 1 ? "one_" + unit : unit, { count: count(page.amount[i]) });
}

/** The due date of a finding in words. */
function dueText(i) {
  const earliest = page.de[i];
  const latest = page.dl[i];
  if (earliest === null && latest === null) return page.sparse.waiting[i] ? say("waiting") : "";
  if (earliest === latest) return asText(latest);
  return say("between", {
    earliest: asText(earliest) || say("unknown_bound"),
    latest: asText(latest) || say("unknown_bound"),
  });
}

/** What a finding is about: its case, else its period and member, else that it is owed by the agency at large. */
function matter(i) {
  if (page.case[i] >= 0) return words.case[page.case[i]];
  const rest = [word("member", page.member[i]), page.period[i] < 0 ? "" : say("of_period", { period: words.period[page.period[i]] })].filter(Boolean);
  return rest.length ? rest.join(" ") : say("agency_wide");
}

/** The verdict in words, with how late, how short or how much is left. */
function verdictText(i) {
  const state = STATES[page.state[i]];
  const what = say(page.breach[i] < 0 ? state : BREACHES[page.breach[i]]);
  const much = amount(i);
  if (!much) return [what, ""];
  return [what, state === "breached" ? much : say("left", { amount: much })];
}

/** An element with attributes and children; strings become text, never markup. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const find = (id) => document.getElementById(id);
