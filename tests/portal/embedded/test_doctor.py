import os
from io import StringIO

import pytest
from django.core.management import call_command

from portal.embedded import doctor
from portal.embedded import home as homes


def found(home) -> dict[str, doctor.Finding]:
    return {finding.name: finding for finding in doctor.examine(home)}


@pytest.fixture
def _nothing_started(monkeypatch):
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_nothing_started")
def test_it_works_when_nothing_runs_and_writes_nothing(tmp_path):
    findings = found(tmp_path / "home")
    assert findings["PostgreSQL"].sentence == "never started here"
    assert "make run" in findings["MLflow"].mend
    assert not (tmp_path / "home").exists()


def test_the_command_says_how_to_mend_and_exits_with_one(tmp_path, settings):
    settings.HOME = tmp_path
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("doctor", stdout=out)
    assert exit_.value.code == 1
    assert "→ Start it with `make run`" in out.getvalue()


@pytest.mark.django_db
def test_outside_parts_that_run_are_named_with_their_versions(home):
    findings = found(home)
    assert findings["PostgreSQL"].fine
    assert "outside, version " in findings["PostgreSQL"].sentence
    assert "Valkey" in findings["Broker"].sentence or "Redis" in findings["Broker"].sentence
    assert findings["Migrations"].sentence == "all applied"


@pytest.mark.django_db
def test_no_secret_is_shown(home):
    text = "".join(f"{finding.sentence}{finding.mend}" for finding in doctor.examine(home))
    for name in ("DATABASE_URL", "BROKER_URL"):
        assert os.environ[name] not in text


@pytest.mark.django_db
def test_a_crashed_part_is_shown_with_the_end_of_its_log(home):
    homes.log_file(home, "worker").write_text("first\nno module named portal\n")
    shown = {"state": "crashed", "since": "2026-01-01", "restarts": 3, "pid": None, "detail": "exited"}
    homes.write(homes.parts_file(home), {"worker": shown})
    with homes.only_one(home, ""):
        finding = found(home)["worker"]
    assert "after 3 restarts" in finding.sentence
    assert "no module named portal" in finding.sentence
