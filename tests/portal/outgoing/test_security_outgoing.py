"""What people type as an address leads to the public Internet or nowhere. A listener counts what reaches it."""

import gzip
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from portal import outgoing
from portal.outgoing import Forbidden, Unreachable, send


class Server(ThreadingHTTPServer):
    """Answers as the test says and counts every connection."""

    connections = 0
    script: tuple[int, dict[str, str], bytes] = (200, {}, b"ok")

    def verify_request(self, request, client_address):
        self.connections += 1
        return True


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        status, headers, body = self.server.script
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        return


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


@pytest.fixture
def port(server) -> int:
    return server.server_address[1]


@pytest.fixture
def here(port, settings) -> str:
    settings.OUTGOING_HOSTS = [f"127.0.0.1:{port}"]
    return f"http://127.0.0.1:{port}/"


# P stands for the port of the listener.
NOWHERE = [
    "http://127.0.0.1:P/",
    "http://127.1:P/",
    "http://127.0.1:P/",
    "http://127.255.255.254:P/",
    "http://0x7f000001:P/",
    "http://0x7f.0.0.1:P/",
    "http://0177.0.0.1:P/",
    "http://017700000001:P/",
    "http://2130706433:P/",
    "http://127.0.0.1.:P/",
    "http://localhost:P/",
    "http://LOCALHOST:P/",
    "http://localhost.:P/",
    "http://0:P/",
    "http://0.0.0.0:P/",
    "http://[::]:P/",
    "http://[::1]:P/",
    "http://[0:0:0:0:0:0:0:1]:P/",
    "http://[::ffff:127.0.0.1]:P/",
    "http://[::ffff:7f00:1]:P/",
    "http://[::127.0.0.1]:P/",
    "http://[::ffff:0:127.0.0.1]:P/",
    "http://[64:ff9b::7f00:1]:P/",
    "http://[64:ff9b:1::7f00:1]:P/",
    "http://[2002:7f00:1::]:P/",
    "http://[2001:0:7f00:1::]:P/",
    "http://[fe80::1]:P/",
    "http://[fe80::1%25lo]:P/",
    "http://[fc00::1]:P/",
    "http://[fec0::1]:P/",
    "http://[ff02::1]:P/",
    "http://[2001:db8::1]:P/",
    "http://[3fff::1]:P/",
    "http://[5f00::1]:P/",
    "http://10.0.0.1:P/",
    "http://172.16.0.1:P/",
    "http://192.168.1.1:P/",
    "http://192.0.0.8:P/",
    "http://192.0.2.1:P/",
    "http://192.88.99.1:P/",
    "http://198.18.0.1:P/",
    "http://203.0.113.1:P/",
    "http://100.64.0.1:P/",
    "http://169.254.169.254/latest/meta-data",
    "http://169.254.169.254.:P/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://224.0.0.1:P/",
    "http://240.0.0.1:P/",
    "http://255.255.255.255:P/",
    "http://①②⑦.⓪.⓪.①:P/",
    "http://127。0。0。1:P/",
    "http://ok@127.0.0.1:P/",
    "http://example.org@127.0.0.1:P/",
    "http://example.org:80@127.0.0.1:P/",
    "http://127.0.0.1:P#@example.org/",
    "http://127.0.0.1:P\\@example.org/",
    "http://127.0.0.1:P /",
    "http://127.0.0.1:P/\r\nHost: evil",
    "http:///127.0.0.1:P/",
    "http:127.0.0.1:P/",
    "//127.0.0.1:P/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:P/_x",
    "ftp://127.0.0.1:P/",
    "dict://127.0.0.1:P/",
    "unix:///var/run/docker.sock",
    "data:text/plain,x",
    "javascript:alert(1)",
    "http://127.0.0.1:99999/",
    "http://[::1/",
    "",
]


@pytest.mark.parametrize("address", NOWHERE)
def test_no_way_of_writing_it_reaches_this_machine(address, server, port):
    with pytest.raises((Forbidden, Unreachable)):
        send("GET", address.replace("P", str(port)), deadline=3)
    assert server.connections == 0


def test_the_table_is_as_long_as_was_asked():
    assert len(set(NOWHERE)) >= 60


@pytest.mark.parametrize("address", [one for one in NOWHERE if "localhost" not in one.lower()])
def test_most_are_refused_before_any_name_is_asked_for(address, monkeypatch):
    """A form says so at once: no resolver is waited for."""
    real = socket.getaddrinfo

    def numbers_only(*args, **kwargs):
        return real(*args, **{**kwargs, "flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "getaddrinfo", numbers_only)
    with pytest.raises(Forbidden):
        outgoing.look(address.replace("P", "8080"))


def test_a_name_whose_answer_changes_is_asked_once_and_connected_to_what_was_checked(monkeypatch, server, port):
    answers = ["8.8.8.8", "127.0.0.1", "127.0.0.1"]
    reached, asked = [], []
    real = socket.getaddrinfo

    def resolver(host, number, *args, **kwargs):
        if host == "rebind.example" and not kwargs.get("flags"):
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), number))]
        return real(host, number, *args, **kwargs)

    def connect(address, *args, **kwargs):
        reached.append(address)
        raise OSError("not in a test")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(Unreachable):
        send("GET", f"http://rebind.example:{port}/")
    assert (reached, asked) == ([("8.8.8.8", port)], ["rebind.example"])
    assert server.connections == 0


def test_a_name_that_leads_into_a_private_network_is_refused(monkeypatch, server, port):
    real = socket.getaddrinfo

    def resolver(host, number, *args, **kwargs):
        if host == "inside.example" and not kwargs.get("flags"):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", number))]
        return real(host, number, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(Forbidden, match="private network"):
        send("GET", f"http://inside.example:{port}/")
    with pytest.raises(Forbidden):
        outgoing.resolve_public("inside.example", port)
    assert server.connections == 0


# --- what is declared -------------------------------------------------------------------------------------------------
def test_a_declared_system_answers_and_only_at_its_port(server, port):
    internal = [("127.0.0.1", port)]
    assert send("GET", f"http://127.0.0.1:{port}/", internal=internal).body == b"ok"
    for other in (f"http://localhost:{port}/", f"http://127.1:{port}/", f"http://127.0.0.1:{port + 1}/"):
        with pytest.raises(Forbidden):
            send("GET", other, internal=internal)
    assert server.connections == 1


def test_a_listed_host_may_be_private_and_nothing_is_listed_by_default(here, server, settings):
    assert send("GET", here).status == 200
    settings.OUTGOING_HOSTS = []
    with pytest.raises(Forbidden):
        send("GET", here)
    assert server.connections == 1


def test_a_listed_name_without_a_port_means_the_usual_two(settings):
    settings.OUTGOING_HOSTS = ["hooks.internal", "[fd00::1]:8443", "10.1.2.3:9000"]
    places = {("hooks.internal", 80), ("hooks.internal", 443), ("fd00::1", 8443), ("10.1.2.3", 9000)}
    assert outgoing.allowed() == places


def test_a_redirect_into_a_private_network_is_an_answer_and_nothing_more(here, server):
    server.script = (302, {"Location": "http://169.254.169.254/latest"}, b"")
    assert send("GET", here).status == 302
    assert server.connections == 1


def test_no_proxy_of_the_environment_is_used(here, server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert send("GET", here).status == 200


def test_a_line_break_in_a_header_is_refused(here, server):
    with pytest.raises(Forbidden):
        send("GET", here, headers={"X-Name": "a\r\nHost: evil"})
    assert server.connections == 0


# --- how much and how long -----------------------------------------------------
def test_an_answer_is_read_to_its_limit(here, server):
    server.script = (200, {}, b"x" * 5000)
    answer = send("GET", here, most=1000)
    assert (answer.status, len(answer.body), answer.whole) == (200, 1000, False)


def test_a_bomb_is_measured_unpacked(here, server):
    server.script = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 50_000_000))
    answer = send("GET", here, most=2**20)
    assert (len(answer.body), answer.whole) == (2**20, False)


def test_broken_compression_is_said(here, server):
    server.script = (200, {"Content-Encoding": "gzip"}, b"not gzip")
    with pytest.raises(Unreachable):
        send("GET", here)


def test_who_drips_its_answer_is_cut_off(settings):
    """A byte now and then keeps every read below its own limit; the deadline ends it all the same."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings.OUTGOING_HOSTS = [f"127.0.0.1:{port}"]
        over = threading.Event()

        def drip():
            client, _address = listener.accept()
            with client:
                client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not over.wait(0.05):
                    try:
                        client.sendall(b"a")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with pytest.raises(Unreachable):
            send("GET", f"http://127.0.0.1:{port}/", deadline=0.3)
        over.set()
        thread.join()


def test_nobody_there_is_said(here, server):
    server.shutdown()
    server.server_close()
    with pytest.raises(Unreachable):
        send("GET", here)
