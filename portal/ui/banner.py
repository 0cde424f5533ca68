"""What is being started or loaded, told at the top of every page while it lasts."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job, JobStatus
from portal.registry import Tone

DEMO_JOB = "demo.load"
# What the supervisor writes in HOME: one entry per part that serves, or that failed.
PARTS_FILE = "parts.json"
NAMES: dict[str, str | Promise] = {
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
    "mlflow": "MLflow",
    "worker": _("The worker"),
    "beat": _("The clock"),
    "demo": _("The demo"),
}
STATES: dict[str, tuple[Promise, Tone]] = {
    "starting": (_("%(part)s is starting."), "unk"),
    "crashed": (_("%(part)s stopped and is being started again; its log says why."), "err"),
    "failed": (_("%(part)s failed; its log says why."), "err"),
}
# Failed is the end; everything else is expected to change.
MOVING = ("starting", "crashed")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing under way: its tone, what it is, how far (total 0: not known)."""

    tone: Tone
    text: str
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """How far, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class Banner:
    """The lines to show; `moving` while something is still expected to change; `demo` while the demo is loading."""

    lines: tuple[Line, ...]
    moving: bool
    demo: bool


def current() -> Banner | None:
    """What is under way now, or None when everything is up and loaded (at most one query, only while DEMO is on)."""
    parts = _parts()
    demo, loading = _demo() if settings.DEMO else (None, False)
    lines = tuple(_part(name, state) for name, state in parts.items()) + ((demo,) if demo else ())
    moving = loading or any(state in MOVING for state in parts.values())
    return Banner(lines, moving, demo=loading) if lines else None


def _parts() -> dict[str, str]:
    """The state of each part that is not as it should be. Nothing embedded, nothing to say."""
    try:
        parts = json.loads((settings.HOME / PARTS_FILE).read_text())
    except FileNotFoundError:
        return {}
    return {name: part["state"] for name, part in parts.items() if part["state"] in STATES}


def _part(name: str, state: str) -> Line:
    template, tone = STATES[state]
    return Line(tone, str(template) % {"part": NAMES.get(name, name)})


def _demo() -> tuple[Line | None, bool]:
    job = Job.objects.filter(kind=DEMO_JOB).order_by("-id").first()
    if job is None or job.status == JobStatus.SUCCEEDED:
        return None, False
    if job.status == JobStatus.FAILED:
        return Line("err", gettext("The demo stopped: %(note)s") % {"note": job.note}), False
    text = gettext("The demo is loading.")
    if job.note:
        text = gettext("The demo is loading: %(note)s") % {"note": job.note}
    return Line("unk", text, job.done, job.total), True
