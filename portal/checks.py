"""Asked by Django before anything starts: what `settings.REGISTRY` names exists and is what its kind must be."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from portal.registry import KINDS, Kind


@register()
def registry(**kwargs: Any) -> list[CheckMessage]:
    """One error per dotted path of the registry that cannot be taken, naming the path."""
    return [Error(sentence, id="portal.E001") for sentence in _wrong()]


def _wrong() -> Iterator[str]:
    for kind, paths in settings.REGISTRY.items():
        if kind not in KINDS:
            yield f"REGISTRY[{kind!r}]: there is no such kind; there are {', '.join(KINDS)}."
            continue
        told: dict[str, str] = {}
        for path in paths:
            where = f"REGISTRY[{kind!r}]: {path}"
            try:
                found = import_string(path)
            except ImportError as error:
                yield f"{where} cannot be imported: {error}"
                continue
            yield from (f"{where} {sentence}" for sentence in _of_kind(KINDS[kind], found, path, told))


def _of_kind(kind: Kind, found: Any, path: str, told: dict[str, str]) -> Iterator[str]:
    """What is wrong with one entry; `told` says which path had each key first."""
    if kind.entry is None:
        yield from _function(kind, found)
    elif kind.entry is str:
        yield from _words(found, path, told)
    else:
        yield from _collection(kind, kind.entry, found, path, told)


def _function(kind: Kind, found: Any) -> Iterator[str]:
    wanted = ", ".join((*kind.arguments, *(f"{name}=" for name in kind.keywords)))
    if not callable(found):
        yield f"is not a function of ({wanted})."
        return
    try:
        inspect.signature(found).bind(*kind.arguments, **dict.fromkeys(kind.keywords))
    except TypeError as error:
        yield f"cannot be called with ({wanted}): {error}."


def _words(found: Any, path: str, told: dict[str, str]) -> Iterator[str]:
    if not isinstance(found, Mapping):
        yield "is not a mapping of codes to sentences."
        return
    for code, text in found.items():
        if not isinstance(code, str) or not isinstance(text, str | Promise):
            yield f"holds {code!r}, which is not a code with its sentence."
        else:
            yield from _twice(code, path, told)


def _collection(kind: Kind, entry: type[Any], found: Any, path: str, told: dict[str, str]) -> Iterator[str]:
    if isinstance(found, str | Mapping) or not hasattr(found, "__iter__"):
        yield f"is not a collection of {entry.__name__}."
        return
    for one in found:
        if not isinstance(one, entry):
            yield f"holds {one!r}, which is not a {entry.__name__}."
        else:
            yield from _twice(getattr(one, kind.key), path, told)


def _twice(key: str, path: str, told: dict[str, str]) -> Iterator[str]:
    if key in told:
        yield f"says {key!r}, which {told[key]} has said already."
    told.setdefault(key, path)
