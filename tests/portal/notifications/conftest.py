"""A receiver of webhooks that answers as the test says and keeps what it is sent; a mail server that keeps letters."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction

from portal.embedded import processes
from portal.notifications import actions


class Receiver(ThreadingHTTPServer):
    """Answers by `script`, then 200; keeps what it was sent: (headers, body)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[tuple[int, dict[str, str], bytes]] = []
        self.taken: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.taken]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        json.loads(body)
        status, headers, answer = self.server.script.pop(0) if self.server.script else (200, {}, b"thanks")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    server = Receiver()
    settings.OUTGOING_HOSTS = [f"127.0.0.1:{server.server_address[1]}"]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class Box:
    """Keeps each letter; `refuses` is said to every recipient instead."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.refuses = ""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append(envelope.content)
        return "250 OK"


@pytest.fixture
def box(settings) -> Iterator[Box]:
    """A real mail server on loopback."""
    found = Box()
    controller = Controller(found, hostname="127.0.0.1", port=processes.free_port())
    controller.start()
    settings.EMAIL_URL = "smtp://127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield found
    controller.stop()


@pytest.fixture
def told(team, use_case):
    """Tell these people of a request, as the feature does."""

    def _told(*people, kind="notice.deployment_requested", **more):
        with transaction.atomic():
            return actions.tell(
                kind,
                people,
                url="/use-cases/spring/",
                team=team,
                use_case=use_case.slug,
                data={"use_case": use_case.slug, "deployment": 1},
                **{"who": "Data", "release": "Release 1", "target": "Rural", "use_case_name": use_case.name, **more},
            )

    return _told
