"""Starts parts in order, watches them, restarts what crashes with back-off, stops all in reverse order.

One thread and one loop: the kernel ends a child when the thread that started it dies.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from django.utils.translation import gettext as _

from portal.embedded import home as homes
from portal.embedded import processes
from portal.errors import Refused, Sentence

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY = 60.0  # seconds of good service after which a crash counts as the first again
LOOK = 10.0  # seconds between two questions whether a part is well
_TICK = 0.1


class State(StrEnum):
    """What a part is doing; `waiting` (for another part) and `done` (ran once to its end) are not shown."""

    WAITING = "waiting"
    STARTING = "starting"
    UP = "up"
    CRASHED = "crashed"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"


def _nothing() -> None:
    """Do nothing."""


def _at_once() -> bool:
    """Up as soon as it runs."""
    return True


def _ourselves() -> processes.Identity:
    """As the user who started us."""
    return processes.OURSELVES


@dataclass(frozen=True, kw_only=True)
class Part:
    """One child to run. Without a command it is somebody else's: it is waited for, never started nor stopped."""

    name: str
    title: Sentence
    command: Callable[[], list[str]] | None
    prepare: Callable[[], None] = _nothing  # before each start; raises Refused
    answers: Callable[[], bool] = _at_once
    environment: Mapping[str, str] = field(default_factory=dict)
    identity: Callable[[], processes.Identity] = _ourselves
    farewell: signal.Signals = signal.SIGTERM
    after: tuple[str, ...] = ()  # names of parts that must have come up, or run to their end
    once: bool = False  # runs to its end; not restarted
    vital: bool = False  # when it cannot be prepared, or runs once and fails, all stops
    patience: float = 60.0  # seconds from start to answer
    well: Callable[[], bool] = _at_once  # asked now and then once it is up; False: it lives but does not do its work
    grace: float = 0.0  # seconds it must have been up before that is asked
    settling: float = 0.0  # seconds it must have run before it can be said to be up
    then: Callable[[], None] = _nothing  # the first time it comes up, or at its end


@dataclass
class Run:
    """A part and what became of it."""

    part: Part
    state: State = State.WAITING
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    process: "subprocess.Popen[bytes] | None" = None
    restarts: int = 0
    detail: str = ""  # external, exited, silent, deaf, refused
    crashes: int = 0  # in a row
    clock: float = 0.0  # when the state was entered, on the supervisor's clock
    reached: bool = False
    looked: float = 0.0  # when it was last asked whether it is well


def pause(crashes: int) -> float:
    """Seconds to wait before a restart after so many crashes in a row: 1, 2, 4 … 30."""
    return float(min(FIRST_PAUSE * 2 ** min(crashes - 1, 10), LONGEST_PAUSE))


class Supervisor:
    """Runs parts; `say` receives one line for each thing worth knowing."""

    def __init__(
        self,
        parts: Sequence[Part],
        home: Path,
        *,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.runs = {part.name: Run(part) for part in parts}
        self.home, self.say, self.clock = home, say, clock
        self.stopping = False
        for part in parts:
            log = homes.log_file(home, part.name)
            if log.exists():
                log.replace(log.with_suffix(".log.1"))

    def run(self) -> None:
        """Run until told to stop by SIGINT or SIGTERM. Raises Refused when a vital part cannot do its work."""
        before = {number: signal.signal(number, self._ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while not self.stopping:
                self.tick()
                time.sleep(_TICK)
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask_to_stop(self, *_signal: object) -> None:
        self.stopping = True

    def tick(self) -> None:
        """Look at every part once and do what is due. Raises Refused when a vital part cannot do its work."""
        for run in self.runs.values():
            if run.state is State.WAITING and all(self.runs[name].reached for name in run.part.after):
                self._start(run)
            elif run.state is State.CRASHED and self.clock() - run.clock >= pause(run.crashes):
                run.restarts += 1
                self._start(run)
            elif run.state in (State.STARTING, State.UP):
                self._watch(run)

    def _start(self, run: Run) -> None:
        part = run.part
        if part.command is None:
            self._enter(run, State.STARTING, "external")
            return
        try:
            part.prepare()
            run.process = processes.spawn(
                part.command(),
                log=homes.log_file(self.home, part.name),
                env={**os.environ, **part.environment},
                cwd=homes.ROOT,
                identity=part.identity(),
                farewell=part.farewell,
            )
        except (Refused, OSError) as error:
            if part.vital:
                raise Refused(str(error)) from error
            self.say(str(error))
            self._crashed(run, "refused")
        else:
            self._enter(run, State.STARTING)

    def _watch(self, run: Run) -> None:
        code = None if run.process is None else run.process.poll()
        if code is not None:
            self._ended(run, code)
        elif run.state is State.STARTING and not run.part.once:
            if self.clock() - run.clock >= run.part.settling and run.part.answers():
                self._enter(run, State.UP, run.detail)
                self._reach(run)
            elif run.process is not None and self.clock() - run.clock > run.part.patience:
                processes.end(run.process, by=run.part.farewell)
                self._crashed(run, "silent")
        elif not self._is_well(run) and run.process is not None:
            # It may be stopped, and hear no other signal; what it held is taken up when its lease ends.
            processes.end(run.process, by=signal.SIGKILL)
            self._crashed(run, "deaf")
        elif run.crashes and self.clock() - run.clock > STEADY:
            run.crashes = 0

    def _is_well(self, run: Run) -> bool:
        """What a part that is up says of itself, asked every ten seconds after its grace."""
        now = self.clock()
        if run.state is not State.UP or now - run.clock < run.part.grace or now - run.looked < LOOK:
            return True
        run.looked = now
        return run.part.well()

    def _ended(self, run: Run, code: int) -> None:
        if run.process is not None:
            processes.end(run.process)  # what it left behind in its group
        if not run.part.once:
            self._crashed(run, "exited")
        elif code == 0:
            self._enter(run, State.DONE)
            self._reach(run)
        else:
            self._enter(run, State.FAILED, "exited")
            sentence = self._sentence(_("%(part)s failed: see %(log)s"), run)
            if run.part.vital:
                raise Refused(f"{tail(homes.log_file(self.home, run.part.name))}\n{sentence}")
            self.say(sentence)

    def _reach(self, run: Run) -> None:
        if not run.reached:
            run.reached = True
            run.part.then()
        else:
            self.say(self._sentence(_("%(part)s runs again."), run))

    def _crashed(self, run: Run, detail: str) -> None:
        run.crashes += 1
        self._enter(run, State.CRASHED, detail)
        self.say(self._sentence(_("%(part)s stopped; trying again in %(seconds)d s. See %(log)s"), run))

    def _sentence(self, text: str, run: Run) -> str:
        log = homes.log_file(self.home, run.part.name)
        return text % {"part": run.part.title, "log": log, "seconds": pause(max(run.crashes, 1))}

    def _enter(self, run: Run, state: State, detail: str = "") -> None:
        run.state, run.detail = state, detail
        run.since, run.clock = datetime.now(UTC), self.clock()
        self.publish()

    def publish(self) -> None:
        """Write the state of every part that serves, or that failed, for pages and the doctor."""
        homes.write(
            homes.parts_file(self.home),
            {
                name: {
                    "state": State.STARTING if run.state is State.WAITING else run.state,
                    "since": run.since.isoformat(),
                    "pid": run.process.pid if run.process and run.state in (State.STARTING, State.UP) else None,
                    "restarts": run.restarts,
                    "detail": run.detail,
                }
                for name, run in self.runs.items()
                if not run.part.once or run.state is State.FAILED
            },
        )

    def stop(self) -> None:
        """Stop every child: first those that lean on others, last first, then what they lean on."""
        leaning = [run for run in reversed(self.runs.values()) if run.part.after]
        founding = [run for run in reversed(self.runs.values()) if not run.part.after]
        for batch in (leaning, founding):
            alive = [(run, run.process) for run in batch if run.process is not None and run.process.poll() is None]
            for run, process in alive:
                process.send_signal(run.part.farewell)
            deadline = time.monotonic() + 10
            for run, process in alive:
                processes.wait_or_kill(process, within=max(deadline - time.monotonic(), 0.1))
                self._enter(run, State.STOPPED)
        for run in self.runs.values():
            if run.state in (State.CRASHED, State.WAITING):
                self._enter(run, State.STOPPED, run.detail)


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log; empty when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - 16_384, 0))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
