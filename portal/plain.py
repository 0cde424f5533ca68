"""Text as a search reads it: without accents or capitals, found by beginnings of words and in spite of a typing error.

The SQL function `passerelle_plain`, and the extensions `pg_trgm` and `unaccent`, come with a migration of the portal.
An index and the question it serves are built from the same expression here, so that PostgreSQL recognises it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import (
    CombinedSearchVector,
    SearchQuery,
    SearchVector,
    TrigramWordSimilarity,
)
from django.db.models import Case, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Replace

LONGEST = 100  # characters of a query that are read
MOST_WORDS = 8
SHORT = 3  # trigrams need three letters: a shorter word is looked for at beginnings of words only
LOOSE = 4  # letters from which a typing error is forgiven
# How much of the query's trigrams a text must have; PostgreSQL's own 0.6 forgives too little ("pomep" for "pompe").
ALIKE = "0.4"
CONFIGS = ("simple", "french", "english")


class Plain(Func):
    """A text without accents and capitals, as the indexes hold it."""

    function = "passerelle_plain"
    arity = 1
    output_field = TextField()


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that was read: its text, its words, the number of "#12" or "12", the start of a digest."""

    text: str
    words: tuple[str, ...]
    number: int | None
    digest: str


def ask(query: str) -> Asked:
    """Read what somebody typed; whatever cannot be printed is left out, whatever is too long is cut."""
    text = " ".join("".join(c if c.isprintable() else " " for c in query[: LONGEST * 2]).split())[:LONGEST]
    number = re.fullmatch(r"#?([0-9]{1,9})", text, re.ASCII)
    digest = re.fullmatch(r"(?:sha256:)?([0-9a-f]{6,64})", text.lower())
    return Asked(
        text=text,
        words=tuple(re.findall(r"\w+", text)[:MOST_WORDS]),
        number=min(int(number[1]), 2**31 - 1) if number else None,
        digest=digest[1] if digest else "",
    )


def text_of(*fields: str) -> Plain:
    """These fields, one after the other, as a search reads them."""
    if len(fields) == 1:
        return Plain(F(fields[0]))
    parts: list[Combinable] = [F(fields[0])]
    for field in fields[1:]:
        parts += [Value(" "), F(field)]
    return Plain(Concat(*parts, output_field=TextField()))


def words_of(*fields: str) -> CombinedSearchVector:
    """The words of these fields as they are, and their French and English stems."""
    vectors: list[Any] = [SearchVector(text_of(*fields), config=config) for config in CONFIGS]
    return reduce(lambda left, right: left + right, vectors)


def name_index(name: str, *fields: str) -> GinIndex:
    """The index that finds rows by parts of these fields."""
    return GinIndex(OpClass(text_of(*fields), name="gin_trgm_ops"), name=name)


def words_index(name: str, *fields: str) -> GinIndex:
    """The index that finds rows by words of these fields."""
    return GinIndex(words_of(*fields), name=name)


def like(asked: Asked, *fields: str, lookup: str = "plain") -> Q:
    """Every word is in the text annotated as `lookup`, or the text is spelled nearly like the query."""
    parts = []
    for word in asked.words:
        plain = Plain(Value(word))
        if len(word) >= SHORT:
            parts.append(Q(**{f"{lookup}__contains": plain}))
        else:
            inside = Concat(Value(" "), plain, output_field=TextField())
            parts.append(Q(**{f"{lookup}__startswith": plain}) | Q(**{f"{lookup}__contains": inside}))
    found = reduce(and_, parts)
    if len(asked.text) >= LOOSE:
        found |= Q(**{f"{lookup}__trigram_word_similar": Plain(Value(asked.text))})
    return found


def named(rows: QuerySet[Any], asked: Asked, *fields: str) -> QuerySet[Any]:
    """The rows whose fields hold the query; none without a word in it."""
    return rows.alias(plain=text_of(*fields)).filter(like(asked)) if asked.words else rows.none()


def answers(
    rows: QuerySet[Any],
    asked: Asked,
    *fields: str,
    words: tuple[str, ...] = (),
    also: Q | None = None,
) -> QuerySet[Any]:
    """The rows that answer, each with a `score` from 0 to 1, the best first.

    `fields` are what it is called, `words` its long texts, `also` what answers exactly (a number, a digest). Best is
    the name itself, then its beginning, what answers exactly, every word, a likeness, a long text.
    """
    rows = rows.alias(plain=text_of(*fields), head=text_of(fields[0]))
    query = Plain(Value(asked.text))
    likeness = TrigramWordSimilarity(query, F("plain"))  # type: ignore[arg-type]
    found: list[Q] = [also] if also is not None else []
    score: list[When] = [When(also, then=Value(0.95))] if also is not None else []
    if asked.words:
        every = like(Asked(asked.text[: LOOSE - 1], asked.words, None, ""))
        score += [
            When(head=query, then=Value(1.0)),
            When(head__startswith=query, then=Value(0.9)),
            When(every, then=0.75 + 0.1 * likeness),
        ]
        found.append(like(asked))
        if words:
            rows = rows.alias(long=words_of(*words))
            found.append(Q(long=_stems(asked)))
    if not found:
        return rows.annotate(score=Value(0.0, output_field=FloatField())).none()
    default = 0.7 * likeness
    ranked = rows.filter(reduce(or_, found)).annotate(score=Case(*score, default=default, output_field=FloatField()))
    return ranked.order_by("-score", fields[0], "pk")


def _stems(asked: Asked) -> Any:
    """Every word as a beginning, or as a stem in either language."""
    beginnings = [SearchQuery(_quoted(word), config="simple", search_type="raw") for word in asked.words]
    stems = [SearchQuery(Plain(Value(asked.text)), config=config) for config in CONFIGS[1:]]
    every: Any = reduce(lambda left, right: left & right, beginnings)
    return reduce(lambda left, right: left | right, stems, every)


def _quoted(word: str) -> Concat:
    """A word as a lexeme that stands for all that begin so, with nothing in it that the language of queries reads."""
    bare: Any = Plain(Value(word))
    for sign in ("'", "\\"):
        bare = Replace(bare, Value(sign), Value(""), output_field=TextField())
    return Concat(Value("'"), bare, Value("':*"), output_field=TextField())


def folded(text: str) -> str:
    """The same for a text of ours, without asking the database: no accents, no capitals."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
