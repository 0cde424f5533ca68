"""What is being started or loaded, told at the top of every page while it lasts."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from portal.jobs.models import Job, JobStatus
from portal.registry import Tone

DEMO_JOB = "demo.load"
# What the supervisor writes beside its services: one entry per part.
PARTS_FILE = "parts.json"
RUNNING = "running"


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
    lines = tuple(parts) + ((demo,) if demo else ())
    return Banner(lines, moving=bool(parts) or loading, demo=loading) if lines else None


def _parts() -> list[Line]:
    try:
        parts: dict[str, dict[str, Any]] = json.loads((settings.HOME / PARTS_FILE).read_text())
    except FileNotFoundError:  # nothing embedded here
        return []
    return [_part(name, part) for name, part in parts.items() if part["state"] != RUNNING]


def _part(name: str, part: dict[str, Any]) -> Line:
    detail = part.get("detail") or ""
    if part["state"] == "starting" and not part.get("restarts"):
        return Line("unk", _("%(part)s is starting.") % {"part": name})
    text = _("%(part)s is %(state)s. %(detail)s") % {"part": name, "state": part["state"], "detail": detail}
    return Line("err", text.strip())


def _demo() -> tuple[Line | None, bool]:
    job = Job.objects.filter(kind=DEMO_JOB).order_by("-id").first()
    if job is None or job.status == JobStatus.SUCCEEDED:
        return None, False
    if job.status == JobStatus.FAILED:
        return Line("err", _("The demo stopped: %(note)s") % {"note": job.note}), False
    text = _("The demo is loading: %(note)s") % {"note": job.note} if job.note else _("The demo is loading.")
    return Line("unk", text, job.done, job.total), True
