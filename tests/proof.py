"""`make proof`: run what is too long for every day, and write what was seen into docs/proof.md.

Everything marked `proof`, the faults in whole (their short round too), and the benches worth keeping, part by part. A
part that runs again replaces what the report says of it, and nothing else; each tells its own day and commit. Nothing
in the report is typed: it is read from pytest's own results and from the last line of each bench.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "proof.md"
PYTEST = (sys.executable, "-m", "pytest", "-q", "--override-ini=junit_family=xunit1")
# Parts that keep no figure share the machine; the others run with no process beside them.
TOGETHER = ("-n", "2", "--dist", "loadgroup")
DOORS = ("tests/test_doors.py", "tests/test_doors_methods.py")
APART = ("tests/faults", "tests/test_contract.py", "tests/browser", *DOORS)
# What pytest is given, by part of the report.
TESTS: dict[str, tuple[str, ...]] = {
    "faults": ("-m", "proof or not proof", "tests/faults"),
    "contract": ("-m", "proof", *TOGETHER, "tests/test_contract.py"),
    "doors": ("-m", "proof", *TOGETHER, *DOORS),
    "browser": ("-m", "proof", *TOGETHER, "tests/browser"),
    "formulas": ("-m", "proof", "tests", *(f"--ignore={place}" for place in APART)),
}
BENCHES = ("start", "ingest", "audit", "peeking", "pages", "growth")
PARTS = (*TESTS, *BENCHES)
# More cases of one test than this are told as a number.
LISTED = 12
OPENING = """# Proof

Written by `make proof`; nothing here is typed by hand. Each part tells when it ran, and of what.
"""
_PART = re.compile(r"<!-- part: (\w+) -->\n")


@dataclass(frozen=True, slots=True)
class Case:
    """One test: where it is, its name as a sentence, how it ended, how long it took (seconds), the figures it kept."""

    place: str
    name: str
    outcome: str
    seconds: float
    figures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench: its name, how it ended, how long it took (seconds), the figures of its last line."""

    name: str
    outcome: str
    seconds: float
    figures: dict[str, object] = field(default_factory=dict)


def main() -> int:
    """Run the parts that ONLY names (separated by commas), or all; write each; 1 when something failed."""
    chosen = [name for name in os.environ.get("ONLY", "").split(",") if name]
    if unknown := set(chosen) - set(PARTS):
        sys.stderr.write(f"ONLY names {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}\n")
        return 2
    failed = 0
    for part in chosen or PARTS:
        began, commit = time.monotonic(), _commit()
        told: list[Case] | Bench = _bench(part) if part in BENCHES else _pytest(TESTS[part])
        outcomes = [told.outcome] if isinstance(told, Bench) else [case.outcome for case in told] or ["failed"]
        failed += outcomes.count("failed")
        _keep(part, [*_head(part, outcomes, commit, time.monotonic() - began), *_body(told)])
        sys.stdout.write(f"{part}: {_counted(outcomes)}\n")
    return 1 if failed else 0


def _keep(part: str, lines: list[str]) -> None:
    """Put a part into the report, in the place of what was said of it."""
    _before, *said = _PART.split(REPORT.read_text()) if REPORT.exists() else [""]
    parts = dict(zip(said[::2], said[1::2], strict=True)) | {part: "\n".join(lines) + "\n"}
    told = [f"<!-- part: {name} -->\n{parts[name].rstrip()}\n" for name in PARTS if name in parts]
    opening = (
        "# Proof\n\nWritten by `make proof`; nothing here is typed by hand. Each part tells when it ran, and of what.\n"
    )
    REPORT.write_text("\n".join([opening, *told]))


def _pytest(arguments: tuple[str, ...]) -> list[Case]:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        subprocess.run([*PYTEST, f"--junitxml={results}", *arguments], cwd=ROOT, check=False)
        if not results.exists():
            return [Case(" ".join(arguments), "pytest did not start", "failed", 0)]
        return [_case(node) for node in ElementTree.parse(results).iter("testcase")]  # noqa: S314 (pytest wrote it)


def _case(node: ElementTree.Element) -> Case:
    outcome = "passed"
    for tag in ("failure", "error", "skipped"):
        if node.find(tag) is not None:
            outcome = "skipped" if tag == "skipped" else "failed"
    return Case(
        place=node.get("classname", ""),
        name=node.get("name", "").removeprefix("test_").replace("_", " "),
        outcome=outcome,
        seconds=float(node.get("time", 0)),
        figures={one.get("name", ""): one.get("value", "") for one in node.iter("property")},
    )


def _bench(name: str) -> Bench:
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", f"bench.{name}"], cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True
    )
    took = time.monotonic() - began
    lines = ran.stdout.strip().splitlines()
    try:
        figures = json.loads(lines[-1]) if ran.returncode == 0 and lines else {}
    except ValueError:
        figures = {}
    return Bench(name, "passed" if figures else "failed", took, figures)


def _head(part: str, outcomes: list[str], commit: str, seconds: float) -> list[str]:
    machine = (
        f"{os.cpu_count()} cores, {_memory()} GB of memory, {platform.system()}, Python {platform.python_version()}"
    )
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return [f"## {part.capitalize()}", "", f"{_counted(outcomes)}, {_spent(seconds)}. {when}, {commit}, {machine}."]


def _counted(outcomes: list[str]) -> str:
    found = ((outcome, outcomes.count(outcome)) for outcome in ("passed", "failed", "skipped"))
    return ", ".join(f"{number} {outcome}" for outcome, number in found if number)


def _body(told: "list[Case] | Bench") -> list[str]:
    if isinstance(told, Bench):
        return [
            "",
            "| figure | value |",
            "|---|---|",
            *(f"| {_plain(f'{n}')} | {_plain(f'{v}')} |" for n, v in told.figures.items()),
        ]
    return [line for place in dict.fromkeys(case.place for case in told) for line in _told(place, told)]


def _told(place: str, cases: list[Case]) -> list[str]:
    here = [case for case in cases if case.place == place]
    rows = [row for test, ones in groupby(here, key=_test) for row in _rows(test, list(ones))]
    return ["", f"### {_title(place)}", "", "| case | result | seconds | figures |", "|---|---|---|---|", *rows]


def _test(case: Case) -> str:
    return case.name.partition("[")[0]


def _rows(test: str, cases: list[Case]) -> Iterable[str]:
    """A line for each case; of many, one line, and those that did not pass."""
    if len(cases) > LISTED:
        outcomes, seconds = [case.outcome for case in cases], sum(case.seconds for case in cases)
        yield f"| {_plain(test)}: {len(cases)} cases | {_counted(outcomes)} | {seconds:.1f} | |"
        cases = [case for case in cases if case.outcome != "passed"]
    for one in cases:
        yield f"| {_plain(one.name)} | {one.outcome} | {one.seconds:.1f} | {_pairs(one.figures)} |"


def _title(place: str) -> str:
    """The first sentence of the test module, else its name."""
    path = ROOT / f"{place.replace('.', '/')}.py"
    found = re.match(r'"""(.+?)(?:"""|\n\n|$)', path.read_text(), re.DOTALL) if path.exists() else None
    return " ".join(found.group(1).split()) if found else place


def _pairs(figures: dict[str, str] | dict[str, object]) -> str:
    return _plain(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items()))


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _spent(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()

    changed = [line for line in git("status", "--porcelain").splitlines() if not line.endswith("docs/proof.md")]
    return f"`{git('rev-parse', '--short=12', 'HEAD')}`{' with changes' if changed else ''}"


if __name__ == "__main__":
    sys.exit(main())
