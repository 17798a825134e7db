-- What the nightly audit remembers. One run changes it in one transaction.

-- One row: a fact about the state itself or about the last run (digests, columns, options).
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row: a run. delivered: whether its reports were written; until they are, the next run writes them with its own.
CREATE TABLE runs (
    run INTEGER PRIMARY KEY, as_of TEXT NOT NULL, as_of_second INTEGER NOT NULL, mode TEXT NOT NULL,
    totals TEXT NOT NULL, receipt TEXT NOT NULL, delivered INTEGER NOT NULL DEFAULT 0);

-- One row: a file as the last run read it.
CREATE TABLE inputs (place INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL, digest TEXT NOT NULL);

-- One row: a finding that is breached, pending or undecided now, that was a breach once, or that would be one but for a waiver
-- (waived: that breach). grp: the group of events it is judged in. wakes: the second from which its verdict may change by time
-- alone. first_seen, opened, closed: runs.
CREATE TABLE findings (
    fingerprint TEXT PRIMARY KEY, rule TEXT NOT NULL, matter TEXT, agency TEXT, region TEXT, period TEXT, member TEXT,
    verdict TEXT NOT NULL, breach TEXT, trigger_event TEXT, trigger_time TEXT, due_earliest TEXT, due_latest TEXT,
    performed_event TEXT, performed_time TEXT, soon INTEGER NOT NULL,
    grp INTEGER, wakes INTEGER, first_seen INTEGER, opened INTEGER, closed INTEGER, closed_by TEXT,
    times INTEGER NOT NULL DEFAULT 0, waived TEXT) WITHOUT ROWID;
CREATE INDEX findings_waived ON findings (waived) WHERE waived IS NOT NULL;
CREATE INDEX findings_by_group ON findings (grp);
CREATE INDEX findings_open ON findings (agency) WHERE verdict = 'breached' AND breach <> 'late';
CREATE INDEX findings_by_wake ON findings (wakes) WHERE wakes IS NOT NULL;

-- One row: what changed about a finding in a run.
CREATE TABLE changes (
    run INTEGER NOT NULL, fingerprint TEXT NOT NULL, kind TEXT NOT NULL, cause TEXT NOT NULL, by TEXT,
    was TEXT NOT NULL, verdict TEXT NOT NULL, breach TEXT, PRIMARY KEY (run, fingerprint)) WITHOUT ROWID;

-- One row: the content of a group of events as the last run saw it; kept for small logs.
CREATE TABLE groups (grp INTEGER PRIMARY KEY, content INTEGER NOT NULL);

-- One row: how many findings of a rule an agency ("" for none) has with a verdict.
CREATE TABLE counts (
    rule TEXT NOT NULL, agency TEXT NOT NULL, verdict TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (rule, agency, verdict)) WITHOUT ROWID;

-- One row: in how many matters an agency took so many days from the trigger to the performance.
CREATE TABLE paces (
    agency TEXT NOT NULL, days INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (agency, days)) WITHOUT ROWID;

-- One row: how an agency stood at the end of a run ("*": all together). days: the median.
CREATE TABLE standings (
    run INTEGER NOT NULL, agency TEXT NOT NULL, opened INTEGER NOT NULL, closed INTEGER NOT NULL, open INTEGER NOT NULL,
    met INTEGER NOT NULL, breached INTEGER NOT NULL, days REAL, PRIMARY KEY (run, agency)) WITHOUT ROWID;

-- One row: a line of a log that says an event, by the group it is judged in: where it stands, in bytes. Kept for large logs,
-- so that single groups can be read again. recent_rows is the same for what came in since the whole was laid down.
CREATE TABLE rows (
    grp INTEGER NOT NULL, place INTEGER NOT NULL, start INTEGER NOT NULL, line INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (grp, place, start)) WITHOUT ROWID;
CREATE TABLE recent_rows (
    grp INTEGER NOT NULL, place INTEGER NOT NULL, start INTEGER NOT NULL, line INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (grp, place, start)) WITHOUT ROWID;

-- One row: a line whose event lies after as-of: from which second it counts.
CREATE TABLE later (
    second INTEGER NOT NULL, place INTEGER NOT NULL, start INTEGER NOT NULL, line INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (second, place, start)) WITHOUT ROWID;

-- One row: a line that duties of agencies need. name: the event, where it is a performance that some duty looks at. shows:
-- whether it is the first of those that show the same of who owes.
CREATE TABLE wide (
    place INTEGER NOT NULL, start INTEGER NOT NULL, line INTEGER NOT NULL, length INTEGER NOT NULL, name TEXT NOT NULL,
    shows INTEGER NOT NULL, PRIMARY KEY (place, start)) WITHOUT ROWID;
CREATE INDEX wide_by_name ON wide (name);

-- One row: a line whose event is linked by an attribute to all others with the same key.
CREATE TABLE ties (
    key INTEGER NOT NULL, place INTEGER NOT NULL, start INTEGER NOT NULL, line INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (key, place, start)) WITHOUT ROWID;
CREATE INDEX ties_by_line ON ties (place, start);
