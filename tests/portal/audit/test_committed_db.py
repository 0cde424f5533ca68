"""The `committed_db` fixture: what a test commits, every thread sees, and no other test."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from portal.people.models import User


def _names() -> set[str]:
    try:
        return set(User.objects.values_list("username", flat=True))
    finally:
        connection.close()


@pytest.mark.parametrize("round_", [1, 2])
def test_another_thread_sees_the_cast_and_nothing_of_the_round_before(committed_db, it, round_):
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(_names).result() == {"it"}


def test_the_shared_database_stays_empty(db):
    assert not User.objects.exists()
