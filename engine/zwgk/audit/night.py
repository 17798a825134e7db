"""One night's evaluation, whole: what there is to compare with the state and to keep in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zwgk._data import data_folder
from zwgk._version import __version__
from zwgk.agencylists import agency_list
from zwgk.audit import waived
from zwgk.audit.changes import Setting
from zwgk.audit.items import TRACKED, group_number, group_of, item_of, wakes
from zwgk.audit.sources import file_of
from zwgk.audit.standing import Counts, Pacer, Paces
from zwgk.audit.state import KnownInput
from zwgk.calendars import Calendars
from zwgk.reports.jsontext import document, dumps
from zwgk.unread import unread_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zwgk.agencylists import AgencyList
    from zwgk.audit.config import Config
    from zwgk.audit.items import Item
    from zwgk.model import Event, Moment, Problem, Rule
    from zwgk.report import Report
    from zwgk.unread import UnreadRow

SMALL = 64 << 20
"""Bytes of logs up to which it is kept which groups of events changed."""


@dataclass(frozen=True, slots=True)
class Night:
    """What one evaluation found.

    Attributes:
        mode: ``full`` or ``incremental``.
        items: the findings by fingerprint: those the state keeps, and those it knows (``known``) whatever their verdict.
        groups, wakes: of the items, by fingerprint.
        scope: the groups that were evaluated; None: all.
        apart: fingerprints of ``items`` outside ``scope``, where a waiver makes another verdict.
        rules: those that ran.
        said: fingerprint → what a waiver says of it.
        contents: group → digest of its events; None where that is not known.
        touched: the groups whose events changed; None where only ``contents`` can tell.
        untold: groups of which ``touched`` cannot tell.
        counts, paces: of all findings.
        report, digest: the report and that of its JSON; None where it was not made whole.
    """

    mode: str
    as_of: Moment
    setting: Setting
    items: Mapping[str, Item]
    groups: Mapping[str, int | None]
    wakes: Mapping[str, int | None]
    counts: Counts
    paces: Paces
    inputs: tuple[KnownInput, ...]
    problems: tuple[Problem, ...]
    horizon: str
    packs: tuple[str, ...]
    titles: Mapping[str, str]
    report: Report | None = None
    digest: str | None = None
    scope: frozenset[int] | None = None
    apart: frozenset[str] = frozenset()
    rules: tuple[Rule, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    contents: Mapping[int, int] | None = None
    touched: frozenset[int] | None = None
    untold: frozenset[int] = frozenset()
    notices: tuple[str, ...] = field(default=())


def evaluate_all(
    config: Config,
    paths: Sequence[str],
    as_of: Moment,
    known: frozenset[str],
    *,
    progress: Callable[[float], None] | None = None,
) -> Night:
    """Evaluate the logs whole.

    ``known`` are the fingerprints of findings that the state keeps though they may be met or excused by now.

    Raises:
        ZwgkError: as :func:`zwgk.api.check`.
    """
    from zwgk.api import check

    report = check(list(paths), as_of=moment_text(as_of), progress=progress, **check_options(config))
    return night_of(config, report, as_of, known, contents=_contents(config, paths))


def check_options(config: Config) -> dict[str, Any]:
    """The arguments of :func:`zwgk.api.check` that a configuration sets."""
    return {
        "rules": list(config.packs) or None,
        "region": config.region or None,
        "encoding": config.encoding or None,
        "columns": dict(config.columns) or None,
        "agencies": config.agencies or config.agencies_given,
        "due_soon": config.due_soon,
        "known_on": config.known_on,
        "holidays": list(config.holidays),
        "waivers": list(config.waivers),
        "skip_bad_rows": config.skip_bad_rows,
    }


def night_of(
    config: Config, report: Report, as_of: Moment, known: frozenset[str], *, contents: Mapping[int, int] | None
) -> Night:
    """What a report over the whole logs tells."""
    rules = {rule.id: rule for rule in report.rules}
    calendars = Calendars(known_on=config.known_on, holidays=config.holidays)
    soon = report.soon
    items = {one["fingerprint"]: item_of(one, soon) for one in report.records(TRACKED)}
    excused = report.waived.breaches if report.waived else {}
    if left := (known | excused.keys()) - items.keys():
        others = (one for one in report.records({"met", "excused"}) if one["fingerprint"] in left)
        items.update((one["fingerprint"], item_of(one, waived=excused.get(one["fingerprint"]))) for one in others)
    head = report.head
    digest, paces = _passed(report)
    return Night(
        mode="full",
        as_of=as_of,
        setting=setting_of(config, head.rules_digest, __version__),
        items=items,
        groups={name: group_of(one, rules[one.rule]) for name, one in items.items()},
        wakes={
            name: wakes(one, rules[one.rule], as_of, calendars(one.region or ""), due_soon=config.due_soon)
            for name, one in items.items()
        },
        counts=Counter(report.counts),
        paces=paces,
        inputs=tuple(KnownInput(one.path, one.rows, one.digest) for one in head.inputs),
        problems=head.problems,
        horizon=head.calendar["horizon"],
        packs=tuple(pack.id for pack in head.packs),
        titles={rule.id: rule.title for rule in report.rules},
        report=report,
        digest=digest,
        contents=contents,
        rules=report.rules,
        said=waived.said(report.waived) if report.waived else {},
        notices=tuple(waived.notices(report.waived)) if report.waived else (),
    )


def _passed(report: Report) -> tuple[str, Paces]:
    """The digest of the JSON report, and the paces in it, in one reading of its lines."""
    pacer, digest = Pacer(report.rules), hashlib.sha256()
    for block in document(report.head, report.summary, pacer.passing(report.jsonl_chunks())):
        digest.update(block)
    return f"sha256:{digest.hexdigest()}", pacer.paces()


def moment_text(as_of: Moment) -> str:
    """The moment as :func:`zwgk.api.check` reads it back unchanged."""
    return as_of.iso()


def agencies(config: Config) -> AgencyList:
    """The list of agencies, if the configuration names one."""
    return agency_list(config.agencies or config.agencies_given)


# --- what the verdicts stand on ---------------------------------------------------------------------------


def setting_of(config: Config, rules_digest: str, engine: str) -> Setting:
    """The digests of rules, calendar and options, and the engine's version."""
    return Setting(rules_digest, calendar_digest(config), options_digest(config), engine)


def calendar_digest(config: Config) -> str:
    """Of every holiday file that can matter, and of the day whose knowledge counts."""
    digest = hashlib.sha256(f"{config.known_on}\n".encode())
    shipped = data_folder("holidays")
    for path in sorted(shipped.rglob("*.yaml")):
        digest.update(path.relative_to(shipped).as_posix().encode() + b"\0" + path.read_bytes())
    for name in config.holidays:
        for path in sorted(Path(name).rglob("*.yaml")) if Path(name).is_dir() else [Path(name)]:
            digest.update(b"\0" + path.read_bytes())
    return f"sha256:{digest.hexdigest()}"


def options_digest(config: Config) -> str:
    """Of everything in the configuration that a verdict can depend on."""
    text = dumps(
        [
            config.region,
            list(config.packs),
            agencies(config).record(),
            config.due_soon,
            config.encoding,
            dict(config.columns),
        ]
    )
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


# --- which events changed ---------------------------------------------------------------------------------


def _contents(config: Config, paths: Sequence[str]) -> dict[int, int] | None:
    """The digest of each group's events, for logs small enough to be read once more."""
    if sum(Path(path).stat().st_size for path in map(file_of, paths)) > SMALL:
        return None
    from zwgk.events import read_log

    log = read_log(paths, encoding=config.encoding or None, columns=config.columns or None)
    return contents_of(log.events, log.unread)


def contents_of(events: Iterable[Event], unread: Iterable[UnreadRow] = ()) -> dict[int, int]:
    """Group → digest of its events and of its rows that could not be read, whatever their order and rows."""
    found: Counter[int] = Counter()
    for row in unread:
        if row.case:
            found[group_number(row.case)] += group_number(
                f"{row.case}\0{unread_record(row._replace(row=0, source=0))!r}"
            )
    for event in events:
        text = repr((event.event, event.time, event.agency, event.region, sorted(event.attributes.items())))
        key = event.case or f"\0{event.event}\0{event.time.iso()}"
        # The key is part of the text, so that numbers of different groups never cancel each other out.
        found[group_number(key)] += group_number(f"{key}\0{text}")
    return {group: total & 0x7FFF_FFFF_FFFF_FFFF for group, total in found.items()}
