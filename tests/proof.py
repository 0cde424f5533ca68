"""`make proof`: run what is too long for every day, and write what was seen into docs/proof.md.

Everything marked `proof`, the faults in whole (their short round too), and the benches worth keeping. Nothing in the
report is typed: it is read from pytest's own results and from the last line of each bench.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "proof.md"
# What every run of pytest is given here: no other process beside it disturbs its figures.
PYTEST = (sys.executable, "-m", "pytest", "-q", "--override-ini=junit_family=xunit1")
FAULTS = "faults"
BENCHES = ("start", "ingest", "pages", "growth")


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
    """Run what ONLY names (a folder of tests, or a bench), or all; write the report; 1 when something failed."""
    only = os.environ.get("ONLY", "")
    began, commit = time.monotonic(), _commit()
    benches = [name for name in BENCHES if only in ("", name) and (ROOT / "bench" / f"{name}.py").exists()]
    cases = [] if only in BENCHES else [case for arguments in _runs(only) for case in _pytest(arguments)]
    measured = [_bench(name) for name in benches]
    REPORT.write_text(_report(only, commit, cases, measured, time.monotonic() - began))
    failed = [*(case.outcome for case in cases), *(bench.outcome for bench in measured)].count("failed")
    sys.stdout.write(f"{len(cases)} cases, {len(measured)} benches, {failed} failed: see {REPORT}\n")
    return 1 if failed or not (cases or measured) else 0


def _runs(only: str) -> Iterator[tuple[str, ...]]:
    """The arguments of each run of pytest."""
    if only in ("", FAULTS):
        yield ("-m", "proof or not proof", f"tests/{FAULTS}")
    if only != FAULTS:
        yield ("-m", "proof", f"tests/{only}", f"--ignore=tests/{FAULTS}")


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


def _report(only: str, commit: str, cases: list[Case], benches: list[Bench], seconds: float) -> str:
    counts = {outcome: sum(case.outcome == outcome for case in cases) for outcome in ("passed", "failed", "skipped")}
    lines = [
        "# Proof",
        "",
        "Written by `make proof`; nothing here is typed by hand.",
        "",
        "| | |",
        "|---|---|",
        f"| date | {datetime.now(UTC):%Y-%m-%d %H:%M} UTC |",
        f"| commit | {commit} |",
        f"| machine | {os.cpu_count()} cores, {_memory()} GB of memory, {platform.system()}, "
        f"Python {platform.python_version()} |",
        f"| what ran | {f'only `{only}`' if only else 'all'}, {_spent(seconds)} |",
        f"| cases | {', '.join(f'{number} {outcome}' for outcome, number in counts.items())} |",
    ]
    for place in dict.fromkeys(case.place for case in cases):
        lines += _told(place, [case for case in cases if case.place == place])
    if benches:
        lines += ["", "## Benches", "", "| bench | result | took | figures |", "|---|---|---|---|"]
        lines += [f"| {one.name} | {one.outcome} | {_spent(one.seconds)} | {_pairs(one.figures)} |" for one in benches]
    return "\n".join(lines) + "\n"


def _told(place: str, cases: list[Case]) -> list[str]:
    return [
        "",
        f"## {_title(place)}",
        "",
        "| case | result | seconds | figures |",
        "|---|---|---|---|",
        *(f"| {_plain(one.name)} | {one.outcome} | {one.seconds:.1f} | {_pairs(one.figures)} |" for one in cases),
    ]


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
