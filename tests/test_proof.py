"""The report of the long proofs: a part that runs again replaces what is said of it, and nothing else."""

import pytest

from tests import proof


@pytest.fixture(autouse=True)
def report(monkeypatch, tmp_path):
    monkeypatch.setattr(proof, "REPORT", tmp_path / "proof.md")
    return proof.REPORT


def test_a_part_that_runs_again_leaves_the_others(report):
    proof._keep("pages", ["## Pages", "slow"])
    proof._keep("faults", ["## Faults", "survived"])
    proof._keep("pages", ["## Pages", "quick"])
    told = report.read_text()
    assert told.index("## Faults") < told.index("## Pages")
    assert "survived" in told
    assert "quick" in told
    assert "slow" not in told


def test_of_many_cases_a_number_is_told_and_those_that_failed():
    cases = [proof.Case("tests.x", f"door opens[{n}]", "failed" if n == 3 else "passed", 1.0) for n in range(20)]
    rows = list(proof._rows("door opens", cases))
    assert rows == [
        "| door opens: 20 cases | 19 passed, 1 failed | 20.0 | |",
        "| door opens[3] | failed | 1.0 |  |",
    ]


def test_a_part_nobody_knows_is_said(monkeypatch, capsys):
    monkeypatch.setenv("ONLY", "fauts")
    assert proof.main() == 2
    assert "fauts" in capsys.readouterr().err
