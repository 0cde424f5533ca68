"""P11: from the first import of a page process to its first answer, and its memory. `python -m bench.start`."""

import argparse
import json
import os
import statistics
import sys

from bench import parts
from portal.embedded import processes

CHILD = """
import io, json, time
began = time.perf_counter()
from portal.wsgi import application
environ = {
    "REQUEST_METHOD": "GET", "PATH_INFO": "/accounts/sign-in/", "SCRIPT_NAME": "", "QUERY_STRING": "",
    "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1",
    "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
    "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
}
said = []
answer = application(environ, lambda status, headers, exc_info=None: said.append(status))
body = b"".join(answer)
seconds = time.perf_counter() - began
with open("/proc/self/status") as file:
    kilobytes = next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
print(json.dumps({"status": said[0], "seconds": seconds, "mb": kilobytes / 1024}))
"""


def main() -> None:
    """Start a page process several times (the first fills the byte-code cache) and print the medians."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    rounds = arguments.parse_args().rounds
    with parts.started(web_group="pages"):
        environment = dict(os.environ)
        parts.collect_static()
        seen = [_once(environment) for _round in range(rounds + 1)][1:]
    seconds = statistics.median(one["seconds"] for one in seen)
    mb = statistics.median(one["mb"] for one in seen)
    print(f"{rounds} starts:", [round(one["seconds"], 2) for one in seen])
    print(json.dumps({"seconds": round(seconds, 3), "mb": round(mb, 1)}))


def _once(environment: dict[str, str]) -> dict[str, float]:
    done = processes.run([sys.executable, "-c", CHILD], env=environment, cwd=parts.ROOT)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    told = json.loads(done.stdout.splitlines()[-1])
    if not told["status"].startswith("200"):
        raise RuntimeError(told["status"])
    return {name: float(told[name]) for name in ("seconds", "mb")}


if __name__ == "__main__":
    main()
