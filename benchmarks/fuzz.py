"""Damaged inputs for every reader and the rule loader: none may end in a traceback, none may cost a good row.

``python benchmarks/fuzz.py --inputs 100000`` prints figures a form and what failed; the exit code is 1 if anything did.
``--keep FOLDER`` keeps the inputs that failed. ``--atheris SECONDS`` lets atheris look for inputs by coverage instead
(Linux; ``pip install atheris``).
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))


def main() -> int:
    """Run and print; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="damaged files")
    parser.add_argument("--rows", type=int, default=30_000, help="files of good rows among bad ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--atheris", type=int, metavar="SECONDS", default=0)
    parser.add_argument("--form", default="csv", help="the form that atheris begins with")
    arguments = parser.parse_args()
    if arguments.atheris:
        return by_coverage(arguments.form, arguments.atheris)
    from fuzzing import fuzz_damage, fuzz_rows

    started, inputs, failures = time.monotonic(), 0, []
    print("| 输入 | 数目 | 读出 | 拒绝（有说明） | 好行 | 异常 | 秒 |\n|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = (
            fuzz_damage(arguments.inputs, seed=arguments.seed, folder=folder),
            fuzz_rows(arguments.rows, seed=arguments.seed, folder=folder),
        )
        for tally in (tally for run in runs for tally in run):
            good = f"{tally.good:,}" if tally.good else ""
            facts = (f"{tally.inputs:,}", f"{tally.read:,}", f"{tally.refused:,}", good, len(tally.failures))
            print(f"| {tally.form} | {' | '.join(map(str, facts))} | {tally.seconds:.1f} |", flush=True)
            inputs += tally.inputs
            failures += tally.failures
    print(f"\n{inputs:,} 个输入，{len(failures)} 个异常，{time.monotonic() - started:.0f} 秒")
    for failure in failures[:20]:
        print(f"{failure.form} {failure.seed}: {failure.what[:300]}")
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        for failure in failures:
            (arguments.keep / f"{failure.form.replace(' ', '-')}-{failure.seed}-{failure.name}").write_bytes(
                failure.data
            )
    return 1 if failures else 0


def by_coverage(form: str, seconds: int) -> int:
    """Let atheris change the good files of a form; it stops at the first traceback."""
    import atheris

    with atheris.instrument_imports(include=["zwgk"]):
        import zwgk.rules  # noqa: F401
    from fuzz_damage import seeds
    from fuzzing import feed

    from zwgk.errors import ZwgkError

    folder = Path(tempfile.mkdtemp(prefix="zwgk-fuzz-"))
    corpus = folder / "corpus"
    corpus.mkdir()
    good = seeds()[form]
    for number, (_name, data) in enumerate(good):
        (corpus / str(number)).write_bytes(data)

    def one_input(data: bytes) -> None:
        with contextlib.suppress(ZwgkError):
            feed(form, good[0][0], data, folder)

    atheris.Setup([sys.argv[0], str(corpus), f"-max_total_time={seconds}", "-max_len=20000"], one_input)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
