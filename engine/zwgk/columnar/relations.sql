-- The relational evaluator as relations. Each part says what one row of it is. Nothing in here comes from a user: rules,
-- names and values are rows. Days are ordinals (0001-01-01 is 1), seconds count from the beginning of day 0.

-- part: macros
CREATE MACRO is_blank_char(code) AS code IN (9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194,
    8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288, 65279);
-- Trimming Unicode costs; hardly a cell needs it.
CREATE MACRO tidy(cell) AS CASE
    WHEN cell IS NULL THEN ''
    WHEN is_blank_char(unicode(cell)) OR is_blank_char(unicode(cell[-1])) THEN trim(cell, getvariable('blanks'))
    ELSE cell END;
CREATE MACRO first_second(day, second) AS day::BIGINT * 86400 + coalesce(second, 0);
CREATE MACRO last_second(day, second) AS day::BIGINT * 86400 + coalesce(second, 86399);
-- Without the offset of Asia/Shanghai and with a space, as a time stamp is printed.
CREATE MACRO bare_text(t) AS replace(
    CASE WHEN strlen(t) = 25 AND ends_with(t, '+08:00') THEN left(t, 19) ELSE t END, 'T', ' ');
-- Plain ISO texts only: what is cast must read back as it was written. Before 1992 the offset was not always that.
CREATE MACRO is_plain(t, bare, m) AS coalesce(
    strlen(bare) IN (10, 16, 19) AND left(m::VARCHAR, strlen(bare)) = bare
    AND m >= CASE WHEN strlen(t) = 25 THEN TIMESTAMP '1992-01-02' ELSE TIMESTAMP '1900-01-01' END
    AND m < TIMESTAMP '2101-01-01', FALSE);
CREATE MACRO day_of(m) AS (m::DATE - DATE '0001-01-01')::INTEGER + 1;
CREATE MACRO second_of(m) AS date_part('epoch', m::TIME)::INTEGER;
CREATE MACRO moment_text(day, second) AS CASE
    WHEN day IS NULL THEN NULL
    WHEN second IS NULL THEN (DATE '0001-01-01' + (day - 1)::INTEGER)::VARCHAR
    ELSE make_timestamp(((day::BIGINT - 719163) * 86400 + second) * 1000000)::VARCHAR END;
CREATE MACRO iso(text) AS CASE WHEN strlen(text) > 10 THEN concat(replace(text, ' ', 'T'), '+08:00') ELSE text END;
-- JSON writes control characters in small hex; a doubled backslash must not be taken for the beginning of one.
CREATE MACRO small_hex(j) AS replace(replace(replace(replace(replace(replace(replace(replace(replace(
    j, '\u000B', '\u000b'), '\u000E', '\u000e'), '\u000F', '\u000f'), '\u001A', '\u001a'), '\u001B', '\u001b'),
    '\u001C', '\u001c'), '\u001D', '\u001d'), '\u001E', '\u001e'), '\u001F', '\u001f');
CREATE MACRO strict_json(j) AS CASE
    WHEN contains(j, '\u00') THEN array_to_string(list_transform(string_split(j, '\\'), lambda part: small_hex(part)), '\\')
    ELSE j END;

-- part: odd_times
-- One row: a text in the time column that is not plain ISO.
SELECT DISTINCT time FROM raw WHERE day IS NULL;

-- part: events
-- One row: an event of the log that could be read, in the order of the log.
CREATE TABLE events AS
SELECT e.id, e.source, e.line, e.matter, k.pattern, k.event, e.agency, coalesce(e.day, o.day) AS day,
    coalesce(e.second, o.second) AS second
FROM keyed e
JOIN keys k ON k.key = e.key
LEFT JOIN odd_times o ON o.time = e.time
WHERE k.good AND (e.day IS NOT NULL OR o.day IS NOT NULL);

-- part: bad
-- One row: a row of the log that cannot be an event, with its number and its cells.
SELECT r.rowid, r.source, r.cells, r.matter, r.name, coalesce(r.time, moment_text(r.day, r.second)), r.agency, r.region
FROM raw r ANTI JOIN events e ON e.id = r.rowid ORDER BY r.rowid;

-- part: later
-- One row: an event that has not happened by as-of, of the first of these in the log.
SELECT event, day, second, line, source FROM events WHERE first_second(day, second) > getvariable('as_of')
ORDER BY id LIMIT getvariable('most_later');

-- part: past
-- One row: an event that has happened by as-of.
DELETE FROM events WHERE first_second(day, second) > getvariable('as_of');
CREATE VIEW past AS FROM events;

-- part: names_past
-- One row: an event's name, and how often it has happened by as-of.
SELECT event, count(*) FROM past GROUP BY event;

-- part: repeated
-- One row: an event of whose name its case has another (or whose hash is that of another).
CREATE TABLE repeated AS
SELECT id, matter, event FROM past
WHERE matter <> '' AND hash(matter, event) IN (
    SELECT hash(matter, event) FROM past WHERE matter <> '' GROUP BY 1 HAVING count(*) > 1);

-- part: copies
-- One row: an event of a case whose row equals an earlier one to the letter.
CREATE TABLE copies AS
SELECT unnest(list(e.id ORDER BY e.id)[2:]) AS id
FROM repeated e JOIN raw r ON r.rowid = e.id
GROUP BY e.matter, r.name, r.time, r.day, r.second, r.agency, r.region, r.cells HAVING count(*) > 1;

-- part: without_copies
DELETE FROM events WHERE id IN (FROM copies);

-- part: irregular
-- One row: a case that the case evaluator judges: with an event twice, or with a duty of no form that relations know.
CREATE TABLE irregular AS
SELECT matter FROM repeated r SEMI JOIN events e ON e.id = r.id GROUP BY matter, event HAVING count(*) > 1
UNION
SELECT e.matter FROM past e JOIN selection s ON s.pattern = e.pattern AND e.day BETWEEN s.first AND s.last
WHERE s.duty = 0 AND e.matter <> '';

-- part: doubtful
-- One row more: a case of which some row could not be read.
INSERT INTO irregular FROM unread WHERE matter NOT IN (FROM irregular);

-- part: interrupted
-- One row: another case, in which something may have stopped a clock: the due dates of its duties with a clock are its own.
CREATE TABLE interrupted AS
SELECT DISTINCT matter FROM past
WHERE matter <> '' AND event IN (FROM clock_events) AND matter NOT IN (FROM irregular);

-- part: for_cases
-- One row: an event of an irregular case, case by case.
SELECT e.matter, e.id, e.event, e.day, e.second, e.agency, k.own_region, e.line, e.source, r.cells
FROM past e
SEMI JOIN irregular i ON i.matter = e.matter
JOIN patterns k ON k.pattern = e.pattern
JOIN raw r ON r.rowid = e.id
ORDER BY e.matter, e.id;

-- part: beside_cases
-- One row: an event without a case, or one that duties of agencies or links look at, in log order.
SELECT e.matter, e.id, e.event, e.day, e.second, e.agency, k.own_region, e.line, e.source, r.cells
FROM (SELECT e.* FROM past e LEFT JOIN special_events s ON s.event = e.event WHERE e.matter = '' OR s.event IS NOT NULL) e
JOIN patterns k ON k.pattern = e.pattern
JOIN raw r ON r.rowid = e.id
ORDER BY e.id;

-- part: seen
-- One row: an agency and a kind of event that is alike to who owes, in the order of the log; the first day of these.
SELECT e.agency, k.witness, min(e.id) AS first, min(e.day)
FROM past e JOIN patterns k ON k.pattern = e.pattern
WHERE e.matter <> '' OR e.event NOT IN (SELECT event FROM bound_events)
GROUP BY 1, 2 ORDER BY first;

-- part: obligations
-- One row: a regular case's trigger event and a duty it raises. clock: the number of the event, where a clock counts.
CREATE TABLE obligations AS
SELECT s.duty, e.matter, e.day, e.second, e.source, e.line, e.agency, k.region, k.given,
    CASE WHEN s.clocked AND e.matter IN (FROM interrupted) THEN e.id END AS clock
FROM past e
JOIN selection s ON s.pattern = e.pattern AND e.day BETWEEN s.first AND s.last
JOIN patterns k ON k.pattern = e.pattern
ANTI JOIN irregular i ON i.matter = e.matter
WHERE e.matter <> '' AND s.duty > 0;

-- part: for_clocks
-- One row: an event of an interrupted case that a clock looks at, with the duties of which it is the trigger.
SELECT e.matter, e.id, e.event, e.day, e.second, e.line, e.source, o.duties
FROM past e
SEMI JOIN interrupted i ON i.matter = e.matter
LEFT JOIN (SELECT clock, list(duty) AS duties FROM obligations WHERE clock IS NOT NULL GROUP BY clock) o ON o.clock = e.id
WHERE o.duties IS NOT NULL OR e.event IN (FROM clock_events)
ORDER BY e.matter, e.id;

-- part: due_days
-- One row: a track (a limit on a calendar) and a day on which something on it begins.
SELECT DISTINCT d.track, o.day FROM obligations o JOIN duties d ON d.duty = o.duty
WHERE d.track IS NOT NULL AND o.clock IS NULL;

-- part: measured
-- One row: an obligation with its performance and the signs of it. done: 0 nothing done, 1 in time / long enough / kept,
-- 2 after / short / broken, 3 between / unclear, 4 contradicts. now: 0 ahead, 1 passed, 2 between. unit: 0 working days,
-- 1 days, 2 hours. form: 1 deadline in days, 2 deadline in hours, 3 minimum period, 4 preceded, 5 followed, 6 by itself.
-- now may be 3 where a clock waits: nothing is due yet.
CREATE TABLE measured AS
WITH performances AS (
    SELECT e.matter, e.event, e.day, e.second, e.source, e.line, e.agency, k.given
    FROM past e JOIN patterns k ON k.pattern = e.pattern
    WHERE e.event IN (SELECT needs FROM duties) AND e.matter <> ''
), provided AS (
    SELECT e.matter, e.event, e.day FROM past e
    WHERE e.event IN (SELECT provided FROM duties) AND e.matter <> ''
), placed AS (
    SELECT o.*, d.form, d.excused_by, d.lacking, d.on_trigger, d.on_performance, d.optional, d.soon_until, d.owner,
        p.day AS p_day, p.second AS p_second, p.source AS p_source, p.line AS p_line, p.agency AS p_agency,
        p.given AS p_given,
        CASE WHEN d.form = 2 THEN first_second(o.day, o.second) + d.seconds END AS due_first,
        CASE WHEN d.form = 2 THEN last_second(o.day, o.second) + d.seconds END AS due_last,
        CASE
            WHEN p.day IS NULL THEN 0
            WHEN d.form = 4 THEN CASE
                WHEN last_second(p.day, p.second) < first_second(o.day, o.second) THEN 1
                WHEN p.day = o.day AND (p.second IS NULL OR o.second IS NULL) THEN 3
                ELSE 2 END
            WHEN d.form = 5 THEN CASE WHEN p.day >= o.day THEN 1 ELSE 2 END
            WHEN d.form = 2 THEN CASE
                WHEN last_second(p.day, p.second) < first_second(o.day, o.second) THEN 4
                WHEN last_second(p.day, p.second) <= due_first THEN 1
                WHEN first_second(p.day, p.second) > due_last THEN 2
                ELSE 3 END
            WHEN p.day < o.day THEN 4
            WHEN u.now = 3 THEN 1
            WHEN d.form = 1 THEN CASE WHEN p.day <= u.earliest THEN 1 WHEN p.day > u.latest THEN 2 ELSE 3 END
            ELSE CASE WHEN p.day >= u.latest THEN 1 WHEN p.day < u.earliest THEN 2 ELSE 3 END
        END AS done,
        CASE
            WHEN d.form <> 2 THEN coalesce(u.now, 0)
            WHEN getvariable('as_of') <= due_first THEN 0
            WHEN getvariable('as_of') > due_last THEN 1
            ELSE 2 END AS now,
        u.due, u.number, u.count AS now_count, u.unit AS now_unit, u.soon AS now_soon, u.earliest, u.latest,
        w.number AS p_number
    FROM obligations o
    JOIN duties d ON d.duty = o.duty
    LEFT JOIN performances p ON p.matter = o.matter AND p.event = d.needs
    LEFT JOIN provided q ON q.matter = o.matter AND q.event = d.provided
    LEFT JOIN due u ON u.track = CASE WHEN o.clock IS NULL THEN d.track ELSE -o.duty END AND u.day = CASE
        WHEN o.clock IS NOT NULL THEN o.clock
        WHEN d.form <> 2 THEN o.day WHEN o.second IS NULL THEN -2 ELSE -1 END
    LEFT JOIN days w ON w.calendar = d.calendar AND w.day = p.day
    WHERE d.provided IS NULL OR q.day <= o.day
)
SELECT duty, matter, day, second, source, line, region, due, due_first, due_last,
    CASE WHEN done > 0 THEN p_day END AS p_day, CASE WHEN done > 0 THEN p_second END AS p_second,
    CASE WHEN done > 0 THEN p_source END AS p_source, CASE WHEN done > 0 THEN p_line END AS p_line,
    CASE WHEN owner IS NOT NULL THEN owner WHEN agency = 0 AND done > 0 THEN p_agency ELSE agency END AS agency,
    (CASE form WHEN 2 THEN due_first // 86400 <= soon_until ELSE now_soon END) IS TRUE AS soon,
    CASE
        WHEN form = 1 AND done = 2 THEN CASE WHEN p_number > number THEN p_number - number ELSE p_day - latest END
        WHEN form = 3 AND done = 2 THEN CASE WHEN number > p_number THEN number - p_number ELSE earliest - p_day END
        WHEN form = 2 AND done = 2 THEN (first_second(p_day, p_second) - due_last + 3599) // 3600
        WHEN form = 2 AND done = 0 AND now = 0 THEN (due_first - getvariable('as_of')) // 3600
        WHEN form = 2 AND done = 0 AND now = 1 THEN (getvariable('as_of') - due_last + 3599) // 3600
        WHEN done = 0 THEN now_count
    END AS count,
    done + 8 * now + 32 * CASE
        WHEN excused_by IS NULL THEN 0
        WHEN on_trigger AND given & excused_by <> 0 THEN 1
        WHEN on_performance AND done > 0 AND p_given & excused_by <> 0 THEN 1
        ELSE lacking END
    + 128 * CASE
        WHEN form = 2 THEN 2
        WHEN form = 1 AND done = 2 THEN CASE WHEN p_number > number THEN 0 ELSE 1 END
        WHEN form = 3 AND done = 2 THEN CASE WHEN number > p_number THEN 0 ELSE 1 END
        WHEN done = 0 THEN coalesce(now_unit, 0)
        ELSE 0 END AS signs
FROM placed
WHERE NOT (optional AND done = 0);

-- part: signs
-- One row: a duty and the signs that some obligation of it shows.
SELECT DISTINCT duty, signs FROM measured ORDER BY duty, signs;

-- part: findings
-- One row: a finding, in the order of the report; its place is its row number. text: a line that the case evaluator wrote.
CREATE TABLE findings AS
SELECT s.place, m.matter, 0 AS ordinal, s.shape, m.agency, m.region, m.soon AND s.verdict = 'pending' AS soon, m.due,
    m.day, m.second, m.source, m.line, m.due_first, m.due_last, m.p_day, m.p_second, m.p_source, m.p_line, m.count,
    NULL::VARCHAR AS text
FROM measured m JOIN shapes s ON s.duty = m.duty AND s.signs = m.signs
UNION ALL BY NAME
SELECT place, matter, ordinal, shape, 0 AS agency, 0 AS region, FALSE AS soon, 0 AS due, 0 AS source, text FROM written
ORDER BY place, matter, ordinal;

-- part: counts
-- One row: how many findings of a shape an agency has, and how many of them are due soon.
SELECT f.shape, f.agency, count(*), count(*) FILTER (WHERE f.soon) FROM findings f WHERE f.text IS NULL GROUP BY 1, 2;

-- part: soon
-- The fingerprint of a finding that is due soon.
SELECT left(sha256(concat(s.print_before, f.matter, s.print_between, iso(moment_text(f.day, f.second)))), 16)
FROM findings f JOIN shapes s ON s.shape = f.shape WHERE f.soon;

-- part: lines
-- One row: a finding's place and its JSON line. The constant parts come from its shape, the rest from the finding.
SELECT place, coalesce(text || chr(10), concat(
    p0, strict_json(matter_json), p1, agency_json, p2, region_json, p3, t_iso, p4, t_line, t_file, p5, due_json, p6, p_iso, p7,
    p_line, p_file, p8, given, p9, t_text, p10, t_before, t_line, t_after, p11, due_sentence, p12, p_text, p13,
    p_before, p_line, p_after, p14, said, p15,
    left(sha256(concat(print_before, matter, print_between, t_iso)), 16), p16)) AS line
FROM (
    SELECT *, CASE WHEN count_given THEN count END AS given, CASE WHEN count_said THEN count END AS said,
        iso(t_text) AS t_iso, iso(p_text) AS p_iso,
        CASE WHEN due_first IS NULL THEN json
            ELSE replace(replace(json, '<first>', iso(first_text)), '<last>', iso(last_text)) END AS due_json,
        CASE WHEN due_first IS NULL THEN sentence
            ELSE replace(replace(sentence, '<first>', first_text), '<last>', last_text) END AS due_sentence
    FROM (
        SELECT f.rowid AS place, f.text, f.matter, to_json(f.matter)::VARCHAR AS matter_json, f.line AS t_line, f.p_line, f.count, f.due_first, s.* EXCLUDE (place),
            u.json, u.sentence, g.json AS agency_json, z.json AS region_json,
            a.suffix AS t_file, a.before AS t_before, a.after AS t_after,
            b.suffix AS p_file, b.before AS p_before, b.after AS p_after,
            moment_text(f.day, f.second) AS t_text, moment_text(f.p_day, f.p_second) AS p_text,
            CASE WHEN f.due_first IS NOT NULL THEN moment_text(f.due_first // 86400, f.due_first % 86400) END AS first_text,
            CASE WHEN f.due_last IS NOT NULL THEN moment_text(f.due_last // 86400, f.due_last % 86400) END AS last_text
        FROM findings f
        JOIN shapes s ON s.shape = f.shape
        JOIN agency_names g ON g.agency = f.agency
        JOIN regions z ON z.region = f.region
        JOIN due u ON u.due = coalesce(f.due, 0)
        JOIN sources a ON a.source = f.source
        LEFT JOIN sources b ON b.source = f.p_source
        WHERE f.rowid >= $start AND f.rowid < $end AND s.verdict IN (SELECT unnest($verdicts))
    )
)
