"""Every address that answers GET, on the busy use case of the seeded data: complete by construction."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

from bench.seed import World

# Not a page somebody waits for, and why.
LEFT_OUT = {
    "accounts:welcome": "holds a secret of its own",
    "accounts:sign_out": "posted",
    "api_not_found": "says that there is nothing",
    "measurements_csv": "a whole file",
    "series_csv": "a whole file",
    "journal_csv": "a whole file",
    "journal_xlsx": "a whole file",
}


def addresses(world: World) -> dict[str, str]:
    """Address by route name."""
    found = {}
    for name, pattern in _patterns(get_resolver("portal.urls")):
        if name not in LEFT_OUT:
            converters = pattern.pattern.converters
            arguments = {
                key: _argument(name, key, of.regex == UUIDConverter.regex, world) for key, of in converters.items()
            }
            found[name] = reverse(name, kwargs=arguments)
    return found


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name:
            yield f"{namespace}{pattern.name}", pattern


def _argument(name: str, key: str, is_uid: bool, world: World) -> Any:
    """What fills `key` in the address of the route `name`: by both, else by the key alone, else by its kind.

    What is only posted needs nothing that exists; a page that does is not found, and the bench says so.
    """
    known: dict[tuple[str, str], Any] = {
        ("team", "slug"): world.team.slug,
        ("accounts:person", "uid"): world.reader.uid,
        ("event", "uid"): world.event.uid,
        **{(route, "uid"): world.series.uid for route in ("series", "api_series", "api_points")},
        **{(route, "uid"): world.job.uid for route in ("job", "job_progress", "api_job")},
    }
    plain = {
        "slug": world.use_case.slug,
        "number": 1,
        "stage": "industrialisation",
        "mlflow_id": world.run.mlflow_id,
        "site": "place-0-0",
    }
    return known.get((name, key), plain.get(key, world.token.uid if is_uid else 1))
