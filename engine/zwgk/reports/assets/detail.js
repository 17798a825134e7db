// All that a report knows of one finding.

/** Where an event stands: its row, and its file where there are several. */
function place(row, file) {
  if (page.files.length > 1) return say("in_file", { path: page.files[file || 0] || "", row });
  return say("at_row", { row });
}

function evidence(i, letter) {
  if (page[letter + "e"][i] < 0) return null;
  const text = `${eventLabel(page[letter + "e"][i])} ${asText(page[letter + "t"][i])}`;
  return [text, place(page[letter + "r"][i], page.sparse[letter + "f"][i])];
}

function pair(list, term, value, small) {
  if (!value) return;
  list.append(make("dt", null, term), make("dd", null, value, small ? make("span", { class: "small" }, ` ${small}`) : null));
}

function course(i, rule) {
  const list = make("dl", { class: "facts" });
  const trigger = evidence(i, "t");
  const performed = evidence(i, "p");
  const verdict = STATES[page.state[i]];
  const much = { breached: BREACHES[page.breach[i]] === "short" ? "short_row" : "late_row" }[verdict] || "left_row";
  pair(list, say("agency"), word("agency", page.agency[i]));
  pair(list, say("region"), word("region", page.region[i]));
  pair(list, say("period"), word("period", page.period[i]));
  pair(list, say("member"), word("member", page.member[i]));
  if (trigger) pair(list, say("trigger_row"), ...trigger);
  pair(list, say(rule.kind === "minimum-period" ? "least_row" : "due_row"), dueText(i));
  if (performed) pair(list, say("performed_row"), ...performed);
  else if (page.dl[i] !== null) pair(list, say("performed_row"), say("not_performed", { when: page.asOfText }));
  pair(list, say(much), amount(i));
  return list;
}

function sourceText(rule) {
  const { instrument, number, clause, phrase } = rule.source;
  return make("div", null,
    make("p", { class: "instrument" }, `${number ? say("bracketed", { text: instrument, more: number }) : instrument} ${clause}`),
    make("blockquote", null, say("quoted", { text: phrase })));
}

/** The panel of a finding. */
function detail(i) {
  const rule = page.rules[page.rule[i]];
  const print = page.fingerprint[i];
  const left = make("div", { class: "words" },
    make("p", { class: "rule-title" }, rule.title, make("span", { class: "code" }, ` ${rule.id}`)),
    make("h3", null, say("evidence")), course(i, rule),
    make("h3", null, say("reasons")), make("ol", { class: "reasons" }, ...reasons(i).map((one) => make("li", null, one))),
    make("h3", null, say("source")), sourceText(rule));
  if (rule.explain) {
    left.append(make("details", null, make("summary", null, say("explain")), make("p", null, rule.explain)));
  }
  left.append(make("p", { class: "fingerprint" }, `${say("fingerprint")} `, make("code", null, print), " ",
    make("a", { href: `#finding-${print}` }, say("link"))));
  return make("div", { class: "detail-grid" }, left, calendarPicture(i));
}
