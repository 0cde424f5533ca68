"""P2: every list and detail page and its API twin on the seeded data, against a bare page of the same server.

`python -m bench.pages [--fraction 1] [--requests 24] [--only NAME]`. Page and floor take turns; the ratio is that of
their 95th percentiles, alone and with eight at once. Queries are those the server counted.
"""

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from bench import parts

AT_ONCE = (1, 8)
FLOOR = "/floor/"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of one address: its p95 over the floor's by concurrency, its median over the floor's alone,
    queries, bytes gzipped, median in ms."""

    name: str
    ratio: dict[int, float]
    middle: float
    queries: int
    size: int
    ms: float


@dataclass(frozen=True, slots=True)
class Visitor:
    """Headers that make a request somebody's."""

    headers: dict[str, str]

    def get(self, url: str) -> requests.Response:
        """One answer; redirects are not followed."""
        return requests.get(url, headers=self.headers, allow_redirects=False, timeout=60)

    def times(self, urls: list[str], at_once: int) -> list[float]:
        """Seconds of each request, `at_once` at a time, connections kept."""
        with ThreadPoolExecutor(at_once) as pool:
            shares = [urls[n::at_once] for n in range(at_once)]
            return [seconds for share in pool.map(self._one_after_another, shares) for seconds in share]

    def _one_after_another(self, urls: list[str]) -> list[float]:
        found = []
        with requests.Session() as session:
            session.headers.update(self.headers)
            for url in urls:
                began = time.perf_counter()
                answer = session.get(url, allow_redirects=False, timeout=60)
                found.append(time.perf_counter() - began)
                if answer.status_code != 200:
                    raise RuntimeError(f"{url}: {answer.status_code}")
        return found


def p95(times: list[float]) -> float:
    """The 95th percentile, in seconds."""
    return statistics.quantiles(times, n=20)[-1]


@contextmanager
def portal(fraction: float) -> Iterator[tuple[str, dict[str, str], dict[str, Visitor]]]:
    """A seeded portal, served: its address, the addresses of its pages by name, who may visit them."""
    with parts.started(settings="bench.settings", web_group="pages") as home:
        import django

        django.setup()
        from bench import seed, walk

        began = time.perf_counter()
        world = seed.fill(seed.Size.at(fraction))
        print(f"Seeded {fraction:g} of the data set in {time.perf_counter() - began:.0f} s")
        visitors = {name: Visitor(_cookie(reader.user)) for name, reader in world.readers.items()}
        visitors |= {
            f"{name}'s token": Visitor({"Authorization": f"Bearer {reader.secret}", "Accept-Encoding": "gzip"})
            for name, reader in world.readers.items()
        }
        parts.collect_static()
        with parts.served(home, "pages", workers=2) as address:
            yield address, walk.addresses(world), visitors


def walked(
    site: str, addresses: dict[str, str], visitors: dict[str, Visitor], number: int, only: str = ""
) -> list[Figure]:
    """The figures of every address whose name has `only` in it. Raises RuntimeError for those nobody may read."""
    chosen = {name: site + path for name, path in addresses.items() if only in name}
    who = {name: _who_may(url, visitors) for name, url in chosen.items()}
    if closed := [chosen[name] for name, visitor in who.items() if visitor is None]:
        raise RuntimeError(f"Nobody is answered 200: {', '.join(closed)}")
    found = []
    for name, visitor in who.items():
        if visitor is not None:
            found.append(_measure(name, site, addresses[name], visitor, visitors["member"], number))
            print(_line(found[-1]), flush=True)
    return found


def _who_may(url: str, visitors: dict[str, Visitor]) -> Visitor | None:
    """The first who is answered 200 there."""
    machine = "/api/v1/" in url
    asked = (visitor for name, visitor in visitors.items() if name.endswith("token") == machine)
    return next((visitor for visitor in asked if visitor.get(url).status_code == 200), None)


def _measure(name: str, site: str, path: str, visitor: Visitor, member: Visitor, number: int) -> Figure:
    ratio, middle = {}, []
    for at_once in AT_ONCE:
        page, floor = [], []
        for _turn in range(4):
            share = max(at_once, number // 4)
            floor += member.times([site + FLOOR] * share, at_once)
            page += visitor.times([site + path] * share, at_once)
        ratio[at_once] = p95(page) / p95(floor)
        middle.append((statistics.median(page), statistics.median(floor)))
    answer = requests.get(site + path, headers=visitor.headers, stream=True, timeout=60)
    size = len(answer.raw.read(decode_content=False))
    alone, floor_alone = middle[0]
    return Figure(name, ratio, alone / floor_alone, int(answer.headers["X-Queries"]), size, alone * 1000)


def _line(figure: Figure) -> str:
    ratios = " ".join(f"{ratio:5.2f}" for ratio in figure.ratio.values())
    return f"{figure.name:44} {ratios}  {figure.queries:3} queries  {figure.size:6} bytes  {figure.ms:6.1f} ms"


def _cookie(user: object) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}", "Accept-Encoding": "gzip"}


def main() -> None:
    """Walk every address and print the worst of each figure."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--fraction", type=float, default=1)
    arguments.add_argument("--requests", type=int, default=24)
    arguments.add_argument("--only", default="")
    given = arguments.parse_args()
    with portal(given.fraction) as (site, addresses, visitors):
        found = walked(site, addresses, visitors, given.requests, given.only)
    slowest = max(found, key=lambda one: max(one.ratio.values()))
    chattiest = max(found, key=lambda one: one.queries)
    heaviest = max((one for one in found if not one.name.startswith("api_")), key=lambda one: one.size, default=slowest)
    told = {
        "ratio_to_floor": round(max(slowest.ratio.values()), 2),
        "worst": slowest.name,
        "queries": chattiest.queries,
        "most_queries": chattiest.name,
        "html_gz": heaviest.size,
        "heaviest": heaviest.name,
        "addresses": len(found),
        "fraction": given.fraction,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
