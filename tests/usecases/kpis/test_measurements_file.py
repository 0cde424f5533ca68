import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import BadInput
from usecases.kpis.rows import parse_csv


def test_lines_are_numbered_as_in_the_file():
    rows, lines = parse_csv(b"period_start,value\n2026-05-04,1\n\n2026-05-11,2\n")
    assert ([row["value"] for row in rows], lines) == (["1", "2"], [2, 4])


def test_the_comma_is_a_decimal_mark_only_between_semicolons():
    rows, _lines = parse_csv("\ufeffperiod_start;value\r\n2026-05-04;18,2\r\n".encode())
    assert rows == [{"period_start": "2026-05-04", "value": "18.2"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "missing"),
        (b"period_start,value\n", "no row"),
        (b"period_start\n2026-05-04\n", "missing"),
        (b"period_start,value,colour\n2026-05-04,1,red\n", "not known"),
        (b"period_start,value,value\n2026-05-04,1,2\n", "twice"),
        (b"period_start,value\n2026-05-04,1,2\n", "More cells"),
        (b'period_start,value\n2026-05-04,"1\n', "stops being CSV"),
        ("period_start,value\n2026-05-04,é\n".encode("latin-1"), "not UTF-8"),
        (b"period_start,value\n" + b"0" * (5 * 1024 * 1024), "over 5 MiB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, words):
    with pytest.raises(BadInput) as refusal:
        parse_csv(content)
    said = " ".join([str(refusal.value), *(str(problem.sentence) for problem in refusal.value.problems)])
    assert words in said


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    try:
        rows, lines = parse_csv(content)
    except BadInput:
        return
    assert len(rows) == len(lines)
