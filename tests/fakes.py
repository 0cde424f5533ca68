"""Misbehaving twins of the outside systems: what they do wrong is chosen by the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from usecases.deployments.executors import Order, Outcome


class ScriptedExecutor:
    """Stands in for `mlflow_alias`; answers what `script` says, in order, then that all is done."""

    name = "mlflow_alias"
    script: ClassVar[list[Outcome | Exception]] = []
    orders: ClassVar[list[Order]] = []

    def deploy(self, order: Order) -> Outcome:
        self.orders.append(order)
        answer = self.script.pop(0) if self.script else Outcome(True)
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextmanager
def misbehaving_http(status: int, body: bytes, content_type: str = "application/json") -> Iterator[str]:
    """A server that answers everything in this one way; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
