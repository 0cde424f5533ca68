import http.client
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.embedded import home as homes
from portal.embedded import processes
from portal.embedded.supervisor import Part, State, Supervisor, pause
from portal.errors import Refused


def shell(name: str, script: str, **facts) -> Part:
    return Part(name=name, title=name.title(), command=lambda: ["sh", "-c", script], **facts)


def parts_of(home: Path) -> dict[str, Any]:
    return homes.read(homes.parts_file(home))


def states(supervisor: Supervisor) -> list[str]:
    return [run.state.value for run in supervisor.runs.values()]


def test_pauses_double_from_one_second_to_thirty():
    assert [pause(crashes) for crashes in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert pause(1_000_000) == 30


def test_a_part_that_answers_is_up_and_shown(supervise, home):
    supervisor = supervise(shell("bell", "exec sleep 60"))
    supervisor.tick()
    assert parts_of(home)["bell"]["state"] == "starting"
    supervisor.tick()
    shown = parts_of(home)["bell"]
    assert shown["state"] == "up"
    assert shown["pid"] == supervisor.runs["bell"].process.pid


def test_a_part_waits_for_those_it_leans_on(supervise):
    doors: list[str] = []
    supervisor = supervise(
        shell("floor", "exec sleep 60", answers=lambda: bool(doors)), shell("roof", "exec sleep 60", after=("floor",))
    )
    supervisor.tick()
    supervisor.tick()
    assert states(supervisor) == ["starting", "waiting"]
    doors.append("open")
    supervisor.tick()
    assert states(supervisor) == ["up", "starting"]


def test_a_crashed_part_is_said_and_started_again_after_its_pause(supervise, home, clock):
    supervisor = supervise(shell("bell", "exec sleep 60"))
    supervisor.tick()
    supervisor.tick()
    process = supervisor.runs["bell"].process
    process.kill()
    process.wait()
    supervisor.tick()
    assert parts_of(home)["bell"]["state"] == "crashed"
    assert "Bell stopped; trying again in 1 s" in supervisor.lines[-1]
    supervisor.tick()
    assert supervisor.runs["bell"].state is State.CRASHED
    clock.now += 1
    supervisor.tick()
    supervisor.tick()
    assert parts_of(home)["bell"] | {"since": "", "pid": 0} == {
        "state": "up",
        "since": "",
        "pid": 0,
        "restarts": 1,
        "detail": "",
    }
    assert supervisor.lines[-1] == "Bell runs again."


def test_a_part_that_keeps_crashing_waits_longer_and_longer(supervise, clock):
    supervisor = supervise(shell("bell", "exit 3"))
    supervisor.tick()
    for seconds in (1, 2, 4):
        supervisor.runs["bell"].process.wait()
        supervisor.tick()
        assert f"in {seconds} s" in supervisor.lines[-1]
        clock.now += seconds
        supervisor.tick()


def test_a_part_that_never_answers_is_started_again(supervise, clock):
    supervisor = supervise(shell("bell", "exec sleep 60", answers=lambda: False, patience=5))
    supervisor.tick()
    silent = supervisor.runs["bell"].process
    clock.now += 6
    supervisor.tick()
    assert silent.poll() is not None
    assert supervisor.runs["bell"].detail == "silent"


def test_what_runs_once_to_its_end_lets_the_rest_start_and_is_not_started_again(supervise, home):
    done = []
    supervisor = supervise(
        shell("migrate", "exit 0", once=True, then=lambda: done.append(1)),
        shell("pages", "exec sleep 60", after=("migrate",)),
    )
    supervisor.tick()
    supervisor.runs["migrate"].process.wait()
    supervisor.tick()
    supervisor.tick()
    assert done == [1]
    assert set(parts_of(home)) == {"pages"}


def test_a_vital_step_that_fails_ends_all_with_its_last_words(supervise):
    supervisor = supervise(shell("migrate", "echo no such table; exit 1", once=True, vital=True))
    supervisor.tick()
    supervisor.runs["migrate"].process.wait()
    with pytest.raises(Refused, match="no such table"):
        supervisor.tick()


def test_a_step_that_is_not_vital_fails_in_one_line(supervise, home):
    supervisor = supervise(shell("demo", "exit 1", once=True))
    supervisor.tick()
    supervisor.runs["demo"].process.wait()
    supervisor.tick()
    assert "Demo failed" in supervisor.lines[-1]
    assert parts_of(home)["demo"]["state"] == "failed"


def test_a_part_that_refuses_to_be_prepared_is_tried_again(supervise, clock):
    def refuse() -> None:
        raise Refused("Not today.")

    supervisor = supervise(shell("mlflow", "exec sleep 60", prepare=refuse))
    supervisor.tick()
    assert supervisor.lines[0] == "Not today."
    assert supervisor.runs["mlflow"].state is State.CRASHED


def test_stopping_ends_children_and_grandchildren(supervise, home, tmp_path):
    os.mkfifo(tmp_path / "held")
    held = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    supervisor = supervise(shell("bell", f"exec 3>{tmp_path}/held; echo open >&3; sleep 61 & sleep 61; true"))
    supervisor.tick()
    assert select.select([held], [], [], 5)[0]
    assert os.read(held, 9) == b"open\n"
    supervisor.stop()
    assert select.select([held], [], [], 5)[0]
    assert os.read(held, 9) == b""  # nobody holds it open any more
    os.close(held)
    assert parts_of(home)["bell"]["state"] == "stopped"


def test_somebody_elses_part_is_waited_for_and_never_stopped(supervise, home):
    supervisor = supervise(Part(name="postgres", title="PostgreSQL", command=None))
    supervisor.tick()
    supervisor.tick()
    assert parts_of(home)["postgres"]["detail"] == "external"
    supervisor.stop()
    assert supervisor.runs["postgres"].process is None


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends children of a killed parent on Linux only")
def test_a_killed_supervisor_leaves_no_child(tmp_path):
    script = f"""
import sys, time
from pathlib import Path
from typing import Any
from portal.embedded.processes import spawn
child = spawn(["sleep", "60"], log=Path({str(tmp_path / "log")!r}))
print(child.pid, flush=True)
child.wait()
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=homes.ROOT)
    assert parent.stdout is not None
    child = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    ended, _, _ = select.select([child], [], [], 5)
    os.close(child)
    assert ended


def test_the_log_of_the_run_before_is_kept_beside(supervise, home):
    homes.log_file(home, "bell").write_text("before")
    supervise(shell("bell", "true"))
    assert homes.log_file(home, "bell").with_suffix(".log.1").read_text() == "before"


def test_a_port_somebody_listens_on_is_not_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not processes.is_free(server.getsockname()[1])


def test_a_part_that_lives_but_does_nothing_is_started_again(supervise, clock):
    heard = [True]
    supervisor = supervise(shell("worker", "exec sleep 60", well=lambda: heard[0], grace=120))
    supervisor.tick()
    supervisor.tick()
    deaf = supervisor.runs["worker"].process
    os.kill(deaf.pid, signal.SIGSTOP)
    heard[0] = False
    supervisor.tick()
    assert supervisor.runs["worker"].state is State.UP  # it has not had its time yet
    clock.now += 121
    heard[0] = True
    supervisor.tick()
    assert supervisor.runs["worker"].state is State.UP
    heard[0] = False
    clock.now += 5
    supervisor.tick()
    assert supervisor.runs["worker"].state is State.UP  # it was asked a moment ago
    clock.now += 6
    supervisor.tick()
    assert supervisor.runs["worker"].detail == "deaf"
    assert deaf.poll() is not None  # stopped as it was
    clock.now += 1
    supervisor.tick()
    assert supervisor.runs["worker"].process.pid != deaf.pid


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends children of a killed parent on Linux only")
def test_a_killed_web_server_leaves_no_worker_behind(tmp_path):
    port = processes.free_port()
    server = processes.spawn(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "2", "portal.wsgi:application"),
        ],
        log=tmp_path / "log",
        env={**os.environ, "PASSERELLE_LEASHED": "1"},
        cwd=homes.ROOT,
    )
    assert processes.wait_until(lambda: serves_health(port), server, within=60), (tmp_path / "log").read_text()
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    workers = [os.pidfd_open(int(pid)) for pid in children]
    server.kill()
    server.wait()
    for worker in workers:
        assert select.select([worker], [], [], 10)[0]
        os.close(worker)
    assert len(workers) >= 2
    assert processes.is_free(port)


def serves_health(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
