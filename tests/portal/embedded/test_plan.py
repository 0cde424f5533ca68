import socket
from contextlib import ExitStack
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.embedded import plan, processes
from portal.embedded.supervisor import Part
from portal.errors import Refused


@pytest.fixture
def _no_outside_part(monkeypatch):
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)


def planned(home, **wish) -> dict[str, Part]:
    listed = plan.parts(plan.Wish(**wish), plan.Embedded(home), served=lambda: None, say=lambda line: None)
    return {part.name: part for part in listed}


def test_all_parts_together_stay_under_the_connections_of_the_database():
    assert sum(plan.connections().values()) <= plan.MAX_CONNECTIONS - plan.RESERVED


@pytest.mark.usefixtures("_no_outside_part")
def test_the_web_groups_and_the_worker_run_as_many_processes_as_were_counted(home):
    parts, counted = planned(home), plan.connections()
    commands = {name: part.command() for name, part in parts.items() if part.command is not None}
    for name in ("pages", "ingestion"):
        command = commands[name]
        workers = int(command[command.index("--workers") + 1])
        threads = int(command[command.index("--blocking-threads") + 1])
        assert workers * threads == counted[name]
    worker = commands["worker"]
    assert 2 * int(worker[worker.index("--concurrency") + 1]) + 1 == counted["worker"]
    mlflow = parts["mlflow"].environment
    pool = int(mlflow["MLFLOW_SQLALCHEMYSTORE_POOL_SIZE"]) + int(mlflow["MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW"])
    assert pool * plan.MLFLOW_ENGINES == counted["mlflow"]
    assert f"max_connections={plan.MAX_CONNECTIONS}" in plan.Embedded(home).database.command()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 - refused, not bound
def test_the_demo_may_not_leave_this_machine(host):
    with pytest.raises(Refused, match="this machine only"):
        plan.check(plan.Wish(demo=True, host=host, port=processes.free_port()))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_demo_listens_on_this_machine(host):
    plan.check(plan.Wish(demo=True, host=host, port=processes.free_port()))


@pytest.mark.parametrize("above", [0, 1])
def test_a_port_in_use_is_one_sentence(above):
    with ExitStack() as stack:
        while True:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            taken = server.getsockname()[1]
            if processes.is_free(taken - 1):
                break
        with pytest.raises(Refused, match=f"Port {taken} of 127.0.0.1 is in use"):
            plan.check(plan.Wish(port=taken - above))


@pytest.mark.parametrize("port", [0, 65535, 70000, -1])
def test_a_port_that_does_not_exist_is_refused(port):
    with pytest.raises(Refused, match="cannot be used"):
        plan.check(plan.Wish(port=port))


def test_the_command_refuses_with_the_same_sentence(home, settings):
    settings.HOME = home
    with pytest.raises(CommandError, match="this machine only"):
        call_command("up", "--demo", "--host", "0.0.0.0", stdout=StringIO())  # noqa: S104 - refused, not bound


def test_ports_and_passwords_are_remembered(home):
    first, second = plan.Embedded(home), plan.Embedded(home)
    assert first.database.url("x") == second.database.url("x")
    assert first.broker.url(0) == second.broker.url(0)


def test_a_remembered_port_that_was_taken_since_is_drawn_again(home):
    before = plan.Embedded(home).database.port
    with socket.create_server(("127.0.0.1", before)):
        assert plan.Embedded(home).database.port != before


@pytest.mark.usefixtures("_no_outside_part")
def test_each_address_in_the_environment_replaces_its_part(home, monkeypatch):
    assert planned(home)["postgres"].command is not None
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example/portal")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://mlflow.example")
    monkeypatch.setenv("BROKER_URL", "redis://broker.example/0")
    parts = planned(home)
    assert parts["postgres"].command is None
    assert parts["mlflow"].command is None
    assert parts["broker"].command is None
    assert parts["valkey"].command is not None  # still the cache
    monkeypatch.setenv("CACHE_URL", "redis://broker.example/1")
    assert "valkey" not in planned(home)


def test_the_demo_runs_only_when_asked(home):
    assert "demo" not in planned(home)
    assert "demo" in planned(home, demo=True)
