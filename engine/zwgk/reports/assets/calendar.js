// The walk of a due date on small month sheets. What a day is, comes from the engine's calendar; where the count begins,
// what is taken out of it and where it ends, from the finding. Numbers stand on the days only where they add up.
const WEEKDAYS = say("weekday_names").split(" ");
const MOST_MONTHS = 15;

const table = {
  of(i) {
    const region = page.region[i];
    return page.calendars[region < 0 ? 0 : page.calendarOf[region]] || null;
  },
};

/** What a day is: {kind, name, notice, rest, known}. */
function dayInfo(calendar, day) {
  const weekday = parts(day).weekday;
  const at = calendar ? day - calendar.first : -1;
  if (!calendar || at < 0 || at >= calendar.kinds.length) {
    return { kind: "unknown", name: "", notice: "", rest: false, known: false, weekday };
  }
  const kind = calendar.kinds[at];
  const run = calendar.named.find((one) => at >= one[0] && at < one[0] + one[1]);
  return {
    kind, weekday,
    name: run ? run[2] : "",
    notice: run ? run[3] : "",
    rest: kind === "-" || kind === "h",
    known: day <= calendar.horizon,
  };
}

/** How the days from the start to the due date count: a Map of day → {nth, stop, rolled}, and whether it adds up. */
function walk(i, calendar) {
  const rule = page.rules[page.rule[i]];
  const custom = page.sparse.walk[i];
  const trigger = asDay(page.tt[i]);
  const due = asDay(page.dl[i]);
  const days = new Map();
  const none = { days, start: trigger, n: 0, sums: false };
  if (trigger === null || due === null || !("n" in rule) || rule.unit === "hours" || rule.unit === "same-day") return none;
  const start = custom ? custom.start : trigger;
  const n = custom ? custom.n : rule.n;
  const stops = custom ? custom.stops : [];
  const unrolled = page.sparse.unrolled[i];
  const last = rule.unit === "workdays" ? due : unrolled === undefined ? due : unrolled;
  let nth = 0;
  for (let day = start + 1; day <= last && day < start + 4000; day++) {
    const stop = stops.find((one) => day >= one[0] && day <= one[1]);
    const counts = !stop && (rule.unit !== "workdays" || (calendar && !dayInfo(calendar, day).rest));
    if (counts) nth += 1;
    days.set(day, { nth: counts ? nth : 0, stop: stop ? stop[2] : "", rolled: false });
  }
  for (let day = last + 1; day <= due; day++) days.set(day, { nth: 0, stop: "", rolled: true });
  const end = days.get(last);
  const final = page.de[i] === page.dl[i];
  const ends = end !== undefined && end.nth > 0;
  const sums = final && ends && (rule.unit === "months" || (nth === n && (rule.unit === "days" || calendar !== null)));
  return { days, start, n, sums, unit: rule.unit, bare: rule.unit === "months" };
}

/** The days that carry a mark: day → list of [class, label, what fits under a number]. */
function marks(i, path) {
  const found = new Map();
  const put = (day, kind, label, short = label) => {
    if (day !== null) found.set(day, [...(found.get(day) || []), [kind, label, short]]);
  };
  const least = page.rules[page.rule[i]].kind === "minimum-period";
  const [trigger, performed, earliest, latest] = [page.tt[i], page.pt[i], page.de[i], page.dl[i]].map(asDay);
  put(trigger, "trigger", say("mark_trigger"));
  if (path.start !== null && path.start !== trigger) put(path.start, "trigger", say("mark_start"));
  if (earliest !== null && earliest === latest) put(latest, "due", say(least ? "mark_least" : "mark_due"));
  else {
    put(earliest, "due", say("mark_earliest"), say("short_earliest"));
    put(latest, "due", say("mark_latest"), say("short_latest"));
  }
  put(performed, "performed", say("mark_performed"));
  if (performed === null && latest !== null && (STATES[page.state[i]] === "breached" || page.asOf <= latest)) {
    if (page.asOf >= latest - 366 && page.asOf <= latest + 92) put(page.asOf, "as-of", say("mark_as_of"));
  }
  return found;
}

const monthIndex = (day) => {
  const { year, month } = parts(day);
  return year * 12 + month - 1;
};

/** The months to draw: those of the walk in a row, and the months of far marks apart. */
function monthsToDraw(found, path) {
  const wanted = new Set([...found.keys()].map(monthIndex));
  const walked = [...path.days.keys()].map(monthIndex);
  if (walked.length && walked[walked.length - 1] - walked[0] < MOST_MONTHS) walked.forEach((one) => wanted.add(one));
  const months = [...wanted].sort((a, b) => a - b);
  const filled = [];
  months.forEach((month, at) => {
    const before = months[at - 1];
    if (at && month - before <= 2) for (let one = before + 1; one < month; one++) filled.push(one);
    else if (at) filled.push(before - month + 1);
    filled.push(month);
  });
  return filled;
}

/** One day: its class, what is printed under its number, and what it is in words. */
function describeDay(day, info, step, dayMarks, late) {
  const said = [WEEKDAYS[info.weekday]];
  let kind = "";
  let tag = "";
  if (info.kind === "h") {
    said.push(say("holiday_named", info));
    tag = say("short_rest");
  } else if (info.kind === "m") {
    said.push(say(step && step.nth ? "makeup_named" : "makeup_plain", info));
    tag = say("short_makeup");
  } else if (info.kind === "w") said.push(say("named_weekday", info));
  if (step && step.stop) {
    kind = "stopped";
    tag = say("short_stopped");
    said.push(say("stopped_by", { basis: step.stop }));
  } else if (step && step.rolled) {
    said.push(say("rolled_over"));
  } else if (step && step.nth) {
    kind = "counted";
    if (step.shown) {
      tag = String(step.nth);
      said.push(say("counted_nth", { n: step.nth }));
    } else said.push(say("counted"));
  }
  if (late) said.push(say("late_day"));
  if (step && step.stop) kind = "stopped";
  else if (info.kind === "h" && !kind) kind = "holiday";
  else if (info.kind === "-" && !kind) kind = "weekend";
  else if (info.kind === "m") kind += " makeup";
  if (late) kind += " late";
  if (!info.known) {
    kind += " unsettled";
    if (info.kind !== "unknown") said.push(say("unsettled"));
  }
  for (const [mark, label] of dayMarks || []) {
    kind += ` mark ${mark}`;
    said.push(label);
  }
  const tags = dayMarks ? dayMarks.map((one) => one[2]) : [tag];
  return { kind: kind.trim(), tags, said: said.join(say("comma")) };
}

function monthSheet(index, i, calendar, path, found, used) {
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  const first = dayOf(year, month, 1);
  const size = dayOf(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - first;
  const due = asDay(page.dl[i]);
  const until = asDay(page.pt[i]) ?? page.asOf;
  const isLate = STATES[page.state[i]] === "breached" && ["late", "overdue"].includes(BREACHES[page.breach[i]]);
  const body = make("tbody");
  let row = make("tr");
  const lead = parts(first).weekday;
  for (let blank = 0; blank < lead; blank++) row.append(make("td", { class: "blank" }));
  for (let day = first; day < first + size; day++) {
    const info = dayInfo(calendar, day);
    const step = path.days.get(day);
    if (step) step.shown = path.sums && !path.bare;
    const late = isLate && due !== null && day > due && day <= until;
    const told = describeDay(day, info, step, found.get(day), late);
    told.kind.split(" ").forEach((one) => one && used.set(one, true));
    if (info.notice && (step || late)) used.notices.add(`${info.name} ${info.notice}`);
    const date = parts(day).date;
    row.append(make("td", { class: told.kind || null, title: `${say("date_text", { month, day: date })} ${told.said}` },
      make("span", { class: "date" }, String(date)),
      ...told.tags.map((tag) => make("span", { class: "tag", "aria-hidden": "true" }, tag)),
      make("span", { class: "hidden" }, say("comma") + told.said)));
    if (info.weekday === 6) {
      body.append(row);
      row = make("tr");
    }
  }
  if (row.childElementCount) {
    while (row.childElementCount < 7) row.append(make("td", { class: "blank" }));
    body.append(row);
  }
  const short = Array.from(say("weekdays"));
  const heads = WEEKDAYS.map((name, at) => make("th", { scope: "col", abbr: name }, short[at] || name));
  return make("table", { class: "month" },
    make("caption", null, say("month_name", { year, month })), make("thead", null, make("tr", null, ...heads)), body);
}

const LEGEND = [
  ["counted", "counted"], ["weekend", "weekend"], ["holiday", "holiday"], ["makeup", "makeup"],
  ["stopped", "stopped"], ["late", "late_day"], ["due", "mark_due"], ["performed", "mark_performed"],
  ["trigger", "mark_trigger"], ["as-of", "mark_as_of"], ["unsettled", "unsettled"],
];

/** The whole picture for a finding, or null where no day is known. */
function calendarPicture(i) {
  const calendar = table.of(i);
  const path = walk(i, calendar);
  const found = marks(i, path);
  if (!found.size) return null;
  const used = new Map();
  used.notices = new Set();
  const sheets = monthsToDraw(found, path).map((month) => (month < 0
    ? make("p", { class: "gap" }, say("gap", { n: -month }))
    : monthSheet(month, i, calendar, path, found, used)));
  const legend = LEGEND.filter(([kind]) => used.has(kind)).map(([kind, label]) => {
    const least = kind === "due" && page.rules[page.rule[i]].kind === "minimum-period";
    return make("li", null, make("span", { class: `key ${kind}`, "aria-hidden": "true" }), say(least ? "mark_least" : label));
  });
  const picture = make("div", { class: "picture", "data-walk": path.days.size ? (path.sums ? "sums" : "open") : "none" });
  picture.append(make("h3", null, say(path.days.size ? "calendar" : "calendar_only")));
  if (path.sums && !path.bare) {
    picture.append(make("p", null, say("walk_sums", {
      start: iso(path.start), n: path.n, due: asText(page.sparse.unrolled[i] ?? page.dl[i]),
    })));
  }
  picture.append(make("div", { class: "months-row" }, ...sheets), make("ul", { class: "legend", "aria-label": say("legend") }, ...legend));
  if (used.notices.size) picture.append(make("p", { class: "quiet" }, say("notices", { notices: [...used.notices].join(say("semicolon")) })));
  if (!calendar) picture.append(make("p", { class: "quiet" }, say("no_table")));
  return picture;
}
