import os
import stat
import subprocess
import sys

import pytest

from portal.embedded import home as homes
from portal.embedded import plan
from portal.errors import Refused


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_readable_by_their_owner_only(home):
    embedded = plan.Embedded(home)
    homes.write(homes.services_file(home), plan.services(plan.Wish(), embedded))
    assert mode(homes.services_file(home)) == 0o600
    assert mode(home / "embedded.json") == 0o600
    assert mode(home / "logs") == 0o700


def test_the_secret_key_is_drawn_once(home):
    first = homes.read(homes.services_file(home))["SECRET_KEY"]
    homes.prepare(home)
    assert homes.read(homes.services_file(home))["SECRET_KEY"] == first
    assert len(first) >= 50


def test_a_folder_that_was_there_keeps_its_mode(tmp_path):
    tmp_path.chmod(0o700)
    homes.prepare(tmp_path)
    assert mode(tmp_path) == 0o700


def test_a_second_supervisor_on_the_same_folder_is_refused(home):
    with homes.only_one(home, "taken by %(pid)s"):
        assert homes.is_held(home)
        with pytest.raises(Refused, match=f"taken by {os.getpid()}"), homes.only_one(home, "taken by %(pid)s"):
            pass
    assert not homes.is_held(home)


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    answer = subprocess.run(
        [sys.executable, "manage.py", "up"],
        env={**os.environ, "PASSERELLE_HOME": str(tmp_path / "file" / "home")},
        cwd=homes.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "set PASSERELLE_HOME to a folder you may write to" in answer.stderr
    assert "Traceback" not in answer.stderr
