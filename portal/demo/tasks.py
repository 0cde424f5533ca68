"""The door of the queue: the story told on by a worker, when somebody tries its job again."""

from datetime import datetime
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Refused
from portal.jobs.runner import Progress, Transient, handler


@handler("demo.load")
def load(progress: Progress, *, anchor: str, **_arguments: Any) -> None:
    """Go on where the story stopped; it needs another worker beside this one, which does what it asks for."""
    # What the story learns with is loaded when it is told, not by every worker.
    from portal.demo import story
    from portal.demo.teller import Teller

    if not settings.DEMO:
        raise Refused(_("The demo is off: start with `manage.py up --demo`."))
    try:
        story.tell(Teller(progress.job, story.STEPS, lambda *_said: None), datetime.fromisoformat(anchor))
    except requests.RequestException as error:
        raise Transient("demo.no_tracking") from error
