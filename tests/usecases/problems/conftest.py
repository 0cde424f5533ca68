import pytest

from usecases.problems import actions


@pytest.fixture
def write_down(use_case, data):
    """Writes one down, in the name of data unless said."""

    def _write_down(title="Keys arrive late", face="data", by=data, **facts):
        return actions.raise_problem(use_case, by=by, title=title, face=face, **facts)

    return _write_down


@pytest.fixture
def order(use_case):
    """The titles of what is open, the first to solve first."""
    return lambda: list(use_case.problems.open().values_list("title", flat=True))
