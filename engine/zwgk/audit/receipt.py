"""The receipt of a run: what it stood on and what came of it, as digests, so that anybody can make it again and compare."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zwgk.audit.sources import file_of
from zwgk.errors import InputError
from zwgk.files import refusal
from zwgk.i18n import LANGUAGES, _, current

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zwgk.audit.config import Config
    from zwgk.audit.night import Night
    from zwgk.audit.waived import WaiverFile

SCHEMA = "zwgk.receipt/1"
_PARTS = ("run", "as_of", "engine", "config", "rules", "calendar", "inputs", "options", "verdicts", "report")


def receipt_of(
    config: Config,
    night: Night,
    *,
    run: int,
    sizes: Mapping[str, int],
    totals: Mapping[str, Any],
    verdicts: str,
    report: str | None,
    previous: Mapping[str, Any] | None,
    waivers: Sequence[WaiverFile] = (),
) -> dict[str, Any]:
    """The receipt of a run.

    ``sizes`` are the bytes of the inputs; ``verdicts`` is the digest of all verdicts that are kept, ``report`` that of the
    JSON report (None where the run did not make it whole); ``previous`` is the receipt of the run before; ``waivers`` are the
    files of waivers as they were read.
    """
    return {
        "schema": SCHEMA,
        "run": run,
        "as_of": night.as_of.iso(),
        "mode": night.mode,
        "engine": night.setting.engine,
        "config": {"path": config.path, "digest": config.digest},
        "rules": {"packs": list(night.packs), "digest": night.setting.rules},
        "calendar": {"horizon": night.horizon, "digest": night.setting.calendar},
        "inputs": [
            {"path": one.path, "rows": one.rows, "bytes": sizes.get(file_of(one.path)), "digest": one.digest}
            for one in night.inputs
        ],
        "waivers": [{"path": one.path, "bytes": one.size, "digest": one.digest} for one in waivers],
        "options": options_of(config),
        "totals": dict(totals),
        "verdicts": {"digest": verdicts},
        "report": {"digest": report},
        "previous": None if previous is None else text_digest(receipt_text(previous)),
    }


def options_of(config: Config) -> dict[str, Any]:
    """The arguments of the evaluation, as JSON can hold them."""
    from zwgk.audit.night import agencies

    return {
        "rules": list(config.packs),
        "region": config.region,
        "encoding": config.encoding,
        "columns": dict(config.columns),
        "agencies": agencies(config).record(),
        "due_soon": config.due_soon,
        "known_on": config.known_on.isoformat() if config.known_on else None,
        "holidays": list(config.holidays),
        "waivers": list(config.waivers),
        "skip_bad_rows": config.skip_bad_rows,
        **({} if current() == LANGUAGES[0] else {"lang": current()}),
    }


def language_of(receipt: Mapping[str, Any]) -> str:
    """The language of the reasons in the report of the receipt."""
    language: str = receipt["options"].get("lang", LANGUAGES[0])
    return language


def receipt_text(receipt: Mapping[str, Any]) -> str:
    """The receipt as it is written."""
    return json.dumps(receipt, ensure_ascii=False, indent=2) + "\n"


def receipt_name(run: int, as_of: str) -> str:
    """The name of a receipt's file."""
    return f"{run:06d}-{as_of[:10]}.json"


def text_digest(text: str) -> str:
    """``sha256:`` and the hex digest."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def read_receipt(path: str) -> dict[str, Any]:
    """Read a receipt.

    Raises:
        InputError: it cannot be read, or is none.
    """
    try:
        receipt = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise InputError(
            _("{path}：不能读取（{reason}）；请核对路径").format(path=path, reason=refusal(error))
        ) from None
    except ValueError:
        receipt = None
    if not isinstance(receipt, dict) or receipt.get("schema") != SCHEMA or any(part not in receipt for part in _PARTS):
        text = _("{path}：不是核查回执（应为 {schema}）；回执在配置里 receipts 所指的文件夹中")
        raise InputError(text.format(path=path, schema=SCHEMA))
    return receipt


def config_of(receipt: Mapping[str, Any]) -> Config:
    """A configuration with which the receipt's evaluation can be made again.

    Raises:
        InputError: the receipt was tampered with beyond use.
    """
    from zwgk.audit.config import Config

    options = receipt["options"]
    try:
        return Config(
            path=receipt["config"]["path"],
            digest=receipt["config"]["digest"],
            state="",
            receipts="",
            fail_on="breach",
            fail_for="new",
            skip_bad_rows=bool(options["skip_bad_rows"]),
            mode="full",
            packs=tuple(options["rules"]),
            region=options["region"],
            agencies="",
            due_soon=int(options["due_soon"]),
            known_on=dt.date.fromisoformat(options["known_on"]) if options["known_on"] else None,
            holidays=tuple(options["holidays"]),
            encoding=options["encoding"],
            columns=options["columns"],
            files=tuple(one["path"] for one in receipt["inputs"]),
            outputs=(),
            agencies_given=options["agencies"],
            waivers=tuple(options.get("waivers", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(_("回执里缺少或写错了 {what}；它可能被改动过").format(what=error)) from None
