import pytest
from django.core.cache.backends.redis import RedisCache

from portal import memory
from portal.memory import remembered

NOBODY = "redis://127.0.0.1:1/0"


class Computed:
    """Counts how often it is asked."""

    def __init__(self, value: int | None) -> None:
        self.value, self.times = value, 0

    def __call__(self) -> int | None:
        self.times += 1
        return self.value


@pytest.mark.parametrize("value", [42, None])
def test_what_was_computed_is_not_computed_again(value):
    computed = Computed(value)
    assert [remembered("answer", computed) for _time in range(2)] == [value, value]
    assert computed.times == 1


def test_a_cache_that_is_down_costs_no_answer(monkeypatch):
    monkeypatch.setattr(memory, "cache", RedisCache(NOBODY, {}))
    assert remembered("sum", lambda: 42) == 42
    assert remembered("sum", lambda: 43) == 43
