-- Laying down where each line of a log stands. Names and values travel as rows and parameters.

-- part: macros
-- stripped: without the white space that Python strips. Trimming costs; hardly a cell needs it.
CREATE MACRO stripped(cell) AS CASE
    WHEN cell IS NULL THEN ''
    WHEN regexp_matches(cell, '^[!-~].*[!-~]$') THEN cell
    ELSE trim(cell, getvariable('spaces')) END;
-- Texts that sort and read as times; whatever else a cell may hold, Python reads.
CREATE MACRO is_simple(time) AS
    regexp_full_match(time, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?')
    AND try_cast(time AS TIMESTAMP) IS NOT NULL;
CREATE MACRO instant(time) AS try_cast(time AS TIMESTAMP);

-- part: lines
-- One row: a line of the file, with its first byte. A line that is empty has no text.
CREATE TABLE lines AS
SELECT row_number() OVER () AS line, coalesce(text, '') AS text, strlen(coalesce(text, '')) AS length,
    sum(strlen(coalesce(text, '')) + $ends) OVER (ROWS UNBOUNDED PRECEDING) - strlen(coalesce(text, '')) - $ends AS start
FROM read_csv($path, columns = {'text': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = false,
    auto_detect = false, hive_partitioning = false, max_line_size = 2000000);

-- part: whole
SELECT count(*), sum(length + $ends), max(length) FROM lines;

-- part: cells
-- One row: a row of the log with the cells that matter here.
CREATE TABLE cells AS
SELECT line, start, length, stripped(split[$matter]) AS matter, coalesce(split[$event], '') AS event,
    coalesce(split[$time], '') AS time, coalesce(split[$agency], '') AS agency, coalesce(split[$region], '') AS region,
    list_transform($shown, lambda place: coalesce(split[place], '')) AS shown
FROM (SELECT line, start, length, string_split(text, $delimiter) AS split FROM lines WHERE line > 1 AND text <> '');

-- part: groups
-- One row: a row with a case: the number of its case, as Python counts it.
SELECT CASE WHEN number >= 9223372036854775808 THEN (number::HUGEINT - 18446744073709551616)::BIGINT
        ELSE number::BIGINT END AS grp, start, line, length
FROM (SELECT md5_number_lower(matter) AS number, start, line, length FROM cells WHERE matter <> '')
ORDER BY grp, start;

-- part: event_texts
SELECT DISTINCT event FROM cells;

-- part: special
-- One row: a row that Python reads: without a case, or of an event that duties of agencies or of links use.
SELECT start, line, length FROM cells WHERE matter = '' OR event IN (SELECT text FROM special_events) ORDER BY start;

-- part: regions
SELECT DISTINCT region FROM cells;

-- part: odd_times
SELECT DISTINCT time FROM cells WHERE NOT is_simple(time);

-- part: later
-- One row: a row that may lie after as-of.
SELECT start, line, length FROM cells
WHERE is_simple(time) AND instant(time) > $as_of OR time IN (SELECT text FROM later_times) ORDER BY start;

-- part: first_days
-- One row: an agency as it is written, and the day of the first of its good rows that count by as-of.
SELECT agency, min(coalesce(o.day, instant(time)::DATE - DATE '0001-01-01' + 1)) AS first
FROM cells LEFT JOIN odd_days o ON o.text = time
WHERE line NOT IN (SELECT line FROM bad_lines)
    AND NOT (is_simple(time) AND instant(time) > $as_of OR time IN (SELECT text FROM later_times))
GROUP BY agency HAVING first IS NOT NULL;

-- part: witnesses
-- One row: the first good row of those that show the same of who owes.
SELECT arg_min(start, start), arg_min(line, start), arg_min(length, start) FROM cells
WHERE line NOT IN (SELECT line FROM bad_lines) AND stripped(agency) <> '' AND stripped(event) <> ''
    AND NOT (is_simple(time) AND instant(time) > $as_of OR time IN (SELECT text FROM later_times))
GROUP BY agency, region, shown;
