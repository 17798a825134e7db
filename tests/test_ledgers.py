"""Ledgers: which column is which event is known, asked or mapped, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zwgk import check
from zwgk.errors import InputError
from zwgk.events import log_from_records, read_log
from zwgk.events.ledger import ledger_headers
from zwgk.vocabulary import (
    COLUMN_HEADERS,
    EVENT_LABELS,
    LEDGER_CORE_HEADERS,
    LEDGER_HEADERS,
    LEDGER_NOT_EVENTS,
    PUBLICATION_HEADERS,
    PUBLICATION_OF,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zwgk.model import Log


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Log]:
    """Write text to a file and read it."""

    def write_and_read(text: str, **options: Any) -> Log:
        path = tmp_path / "ledger.csv"
        path.write_text(text, encoding="utf-8")
        return read_log([path], **options)

    return write_and_read


def events(log: Log) -> list[tuple[str, str, str, int]]:
    return [(event.case, event.event, event.time.iso(), event.row) for event in log.events]


def failure(read: Callable[..., Log], text: str, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read(text, **options)
    return str(caught.value)


def named(read: Callable[..., Log], *headers: str, **options: Any) -> list[str]:
    """The events that date columns mean in a ledger with a 文号."""
    text = ",".join(("文号", *headers)) + "\n甲" + ",2024-01-02" * len(headers) + "\n"
    return [event.event for event in read(text, **options).events]


def test_each_date_cell_is_an_event_with_the_other_columns(read) -> None:
    log = read(
        "申请编号,收到申请日期,答复日期,提交方式,责任单位,区划代码,备注\n"
        "001,2024-09-27,2024年10月30日,网络,某局,510504,\n"
        "002,2024.9.28,,邮寄,某局,,急\n"
        ",,,,,,\n"
        "003,不详,2024-10-31,当面,某局,,\n"
    )

    assert events(log) == [
        ("001", "request-received", "2024-09-27", 2),
        ("001", "reply-sent", "2024-10-30", 2),
        ("002", "request-received", "2024-09-28", 3),
        ("003", "reply-sent", "2024-10-31", 5),
    ]
    first, reply, second, _ = log.events
    assert first.attributes == reply.attributes == {"receipt_channel": "网络"}
    assert second.attributes == {"receipt_channel": "邮寄", "备注": "急"}
    assert {(event.agency, event.region) for event in (first, reply)} == {("某局", "510504")}
    (problem,) = log.problems
    assert (problem.row, problem.column, problem.found) == (5, "收到申请日期", "不详")
    assert log.inputs[0].rows == 3
    assert log.columns == {"case", "event", "time", "receipt_channel", "agency", "region", "备注"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("印发日期", "公开日期"), ["document-issued", "document-published"]),
        (("印发时间", "发布时间"), ["document-issued", "document-published"]),
        (("成文日期", "公开日期"), ["information-formed", "information-published"]),
        (("成文日期", "印发日期", "公开日期"), ["document-issued", "document-published"]),
        (("成文日期", "信息公开日期"), ["information-formed", "information-published"]),
        (("决定日期", "公示日期"), ["decision-made", "decision-published"]),
        (("行政处罚决定日期", "公开日期"), ["decision-made", "decision-published"]),
        (("成文日期", "处罚日期", "公开日期"), ["decision-made", "decision-published"]),
        (("会议结束时间", "公开时间"), ["meeting-ended", "meeting-summary-published"]),
        (("预算批复日期", "公开日期"), ["budget-approved", "budget-published"]),
        (("印发日期", "公开日期", "解读日期"), ["document-issued", "document-published", "interpretation-published"]),
        (("文件印发日期", "文件公开日期"), ["document-issued", "document-published"]),
        (("document-issued", "document-published"), ["document-issued", "document-published"]),
        (("征求意见开始日期", "征求意见截止日期"), ["comment-opened", "comment-closed"]),
        (("印发日期", "施行日期", "归档时间"), ["document-issued"]),
        (("收到申请日期", "成文日期", "答复日期"), ["request-received", "reply-sent"]),
        (("印 发 日 期", "公开日期"), ["document-issued", "document-published"]),
    ],
)
def test_what_headers_mean_together(read, headers, expected) -> None:
    assert named(read, *headers) == expected


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        (("公开日期",), ["公开日期"]),
        (("收到申请日期", "公开日期"), ["公开日期"]),
        (("收到申请日期", "决定日期"), ["决定日期"]),
        (("印发日期", "处罚日期", "公开日期"), ["公开日期"]),
        (("印发日期", "公开日期", "发布日期"), ["公开日期", "发布日期"]),
        (("印发日期", "发文日期", "公开日期"), ["印发日期", "发文日期"]),
        (("文件公开日期", "成文日期", "公开日期"), ["公开日期"]),
        (("收到申请日期", "登记日期"), ["登记日期"]),
        (("收到申请日期", "日期"), ["日期"]),
        (("收到申请日期", "办结时间", "答复日期"), ["办结时间"]),
        (("征求意见开始日期", "决定日期"), ["决定日期"]),
    ],
)
def test_what_is_not_settled_is_asked(read, headers, asked) -> None:
    text = ",".join(("文号", *headers)) + "\n甲" + ",2024-01-02" * len(headers) + "\n"

    message = failure(read, text)

    assert "不能确定" in message
    assert all(f"“{header}”" in message for header in asked)
    assert not any(f"“{header}”" in message for header in headers if header not in asked)
    assert "--columns" in message


def test_formed_without_a_publication_column_stays_an_attribute(read) -> None:
    """Else every matter would look unpublished."""
    log = read("文号,成文日期,解读日期\n甲,2024-01-02,2024-01-03\n")

    assert events(log) == [("甲", "interpretation-published", "2024-01-03", 2)]
    assert log.events[0].attributes == {"成文日期": "2024-01-02"}


def test_an_event_column_is_never_taken_for_a_ledger(read) -> None:
    """A log whose time column has another name would become a heap of wrong events."""
    assert "缺少时间列" in failure(read, "文号,事件,印发日期\n甲,文件公开,2024-01-02\n")
    assert "缺少事件列" in failure(read, "文号,事情,日期\n甲,文件公开,2024-01-02\n")


def test_a_log_with_a_ledgers_header_stays_a_log(read) -> None:
    log = read("文号,事件,时间,公开日期\n甲,文件公开,2024-01-02,2024-01-03\n")

    assert events(log) == [("甲", "document-published", "2024-01-02", 2)]
    assert log.events[0].attributes == {"公开日期": "2024-01-03"}


def test_the_mapping_answers(read) -> None:
    assert named(read, "公开日期", columns={"ledger": {"公开日期": "文件公开"}}) == ["document-published"]
    assert named(read, "收到申请日期", "登记日期", columns={"登记日期": ""}) == ["request-received"]
    assert named(read, "收到申请日期", "登记日期", columns={"ledger": {"登记日期": ""}}) == ["request-received"]
    assert named(read, "收到申请日期", columns={"ledger": {"收到申请日期": "自定事件"}}) == ["自定事件"]
    assert named(read, "甲日", "乙日", columns={"ledger": {"甲日": "答复", "乙日": "答复"}}) == [
        "reply-sent",
        "reply-sent",
    ]
    log = read("文号,收到申请日期,登记日期\n甲,2024-01-02,x\n", columns={"登记日期": "登记日期"})
    assert log.events[0].attributes == {"登记日期": "x"}
    log = read("编码,答复日期\n甲,2024-01-02\n", columns={"编码": "case"})
    assert events(log) == [("甲", "reply-sent", "2024-01-02", 2)]
    assert "“印发时期”" in failure(read, "文号,印发日期\n甲,2024-01-02\n", columns={"ledger": {"印发时期": "文件印发"}})


def test_further_names_for_the_matter_and_the_agency(read) -> None:
    log = read("行政处罚决定书文号,处罚机关,处罚日期,公开日期\n甲,某局,2024-01-02,2024-01-03\n")

    assert [(event.case, event.agency, event.attributes) for event in log.events] == [("甲", "某局", {})] * 2
    log = read("文号,登记编号,印发日期\n甲,9,2024-01-02\n")
    assert (log.events[0].case, log.events[0].attributes) == ("甲", {"登记编号": "9"})


def test_titles_above_and_delimiters(read) -> None:
    plain = "2024年台账,,\n填报单位：某局,,\n文号,印发日期,公开日期\n甲,2024-01-02,2024-01-03\n"

    for delimiter in ",", "\t", ";":
        log = read(plain.replace(",", delimiter))
        assert events(log) == [
            ("甲", "document-issued", "2024-01-02", 4),
            ("甲", "document-published", "2024-01-03", 4),
        ]


def test_rows_that_are_torn(read) -> None:
    log = read(
        "文号,印发日期,公开日期,备注\n"
        "甲,2024-01-02\n"
        "乙,2024-01-02,2024-01-03,x,多出来\n"
        '丙,"2024-01-04,,没有闭合\n'
        "丁,2024-01-05,2024-01-06,\n"
        '戊,2024-01-07,,"两\n行"\n'
    )

    assert [(event.case, event.row) for event in log.events] == [("甲", 2), ("丁", 5), ("丁", 5), ("戊", 6)]
    assert [problem.row for problem in log.problems] == [3, 4]


def test_day_numbers_where_declared(read) -> None:
    text = "文号,印发日期,公开日期\n甲,45293,45294.5\n"

    assert [problem.column for problem in read(text).problems] == ["印发日期", "公开日期"]
    log = read(text, columns={"date_system": 1900})
    assert [event.time.iso() for event in log.events] == ["2024-01-02", "2024-01-03T12:00:00+08:00"]


def test_a_ledger_of_records() -> None:
    log = log_from_records([{"文号": "甲", "印发日期": "2024-01-02", "公开日期": None, "涉密": False}])

    assert events(log) == [("甲", "document-issued", "2024-01-02", 2)]
    assert log.events[0].attributes == {"secret": "否"}
    report = check(
        [{"申请编号": "1", "收到申请日期": "2024-09-27", "答复日期": "2024-10-31"}],
        as_of="2024-12-31",
        rules="ogi-regulation-2019/reply",
    )
    (finding,) = report.findings
    assert (finding.breach, finding.due.at.isoformat()) == ("late", "2024-10-30")


def test_the_words_of_ledgers_do_not_collide() -> None:
    """No header means two things; every event named is one that the contract names."""
    of_events = [header for headers in LEDGER_HEADERS.values() for header in headers]
    others = [*PUBLICATION_HEADERS, *LEDGER_NOT_EVENTS, *(name for names in COLUMN_HEADERS.values() for name in names)]
    others += [name for names in LEDGER_CORE_HEADERS.values() for name in names]
    assert len({*of_events, *others}) == len(of_events) + len(others)
    assert {*LEDGER_HEADERS, *PUBLICATION_OF, *PUBLICATION_OF.values()} <= {*EVENT_LABELS}
    assert all(header.endswith("日期") for header in (*of_events, *PUBLICATION_HEADERS, *LEDGER_NOT_EVENTS))
    labels = {label + "日期": event for event, label in EVENT_LABELS.items()}
    assert all(labels.get(header, event) == event for event, names in LEDGER_HEADERS.items() for header in names)
    assert ledger_headers("reply-sent")[0] == "答复日期"
