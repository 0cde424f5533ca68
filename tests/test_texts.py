"""Every text exists in French, and the catalogue that pages read is the one that is committed."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from portal.management.commands import messages

TEMPLATES = messages.ROOT / "templates"
# What Django's templates put into a page, and what it does not translate in the code: taken out, lines kept.
PUT_IN = re.compile(
    r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}|{%\s*comment.*?{%\s*endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
NAMES = {"Passerelle", "CSV", "XLSX", "PNG", "PDF", "JSON", "YAML", "OpenAPI", "RFC", "HTTP", "ms", "SHA", "MLflow"}
CODE = {"code", "kbd", "pre", "samp", "script", "style"}


class PlainWords(HTMLParser):
    """The words that a template says in one language only, with their lines."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []
        self.feed(PUT_IN.sub(lambda one: "\n" * one.group().count("\n"), template))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What people hear or see of attributes; code is left out."""
        self._inside += [tag] if tag in CODE else []
        for name, value in attrs:
            if name in ("title", "aria-label", "placeholder", "alt"):
                self._look(value or "")

    def handle_endtag(self, tag: str) -> None:
        """The end of code."""
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        """The text itself."""
        if not self._inside:
            self._look(data)

    def _look(self, text: str) -> None:
        words = set(re.findall(r"[^\W\d_]{2,}", text)) - NAMES
        self.found += [f"line {self.getpos()[0]}: {word}" for word in sorted(words)]


def test_no_template_speaks_one_language_only():
    pages = [(path, PlainWords(path.read_text()).found) for path in TEMPLATES.rglob("*") if path.is_file()]
    assert {path.relative_to(TEMPLATES): words for path, words in pages if words} == {}


@pytest.mark.parametrize("template", ["<p>Save it</p>", '<a title="Save {{ it }}"></a>', "{% if a %}Save{% endif %}"])
def test_plain_words_are_seen(template):
    assert "line 1: Save" in PlainWords(template).found


def test_no_text_is_untranslated():
    catalog = messages.stored()
    catalog.update(messages.collect(), no_fuzzy_matching=True)
    assert messages.missing(catalog) == []


def test_the_catalogue_holds_no_text_the_product_no_longer_has():
    wanted = {message.id for message in messages.collect()}
    assert [m.id for m in messages.stored() if m.id and m.id not in wanted] == []


def test_the_compiled_catalogue_is_fresh():
    assert messages.MO.read_bytes() == messages.compiled(messages.stored())


def test_french_keeps_every_placeholder():
    wrong = []
    for message in messages.stored():
        if not message.id:
            continue
        english = str(message.id[-1] if isinstance(message.id, tuple) else message.id)
        for french in messages._strings(message.string)[-1:]:
            if _placeholders(english) != _placeholders(french):
                wrong.append((english, french))
    assert wrong == []


def _placeholders(text: str) -> Counter[str]:
    percent = messages.PLACEHOLDER.findall(text)
    return Counter(percent)


def test_the_placeholder_pattern_sees_named_ones():
    assert _placeholders("%(who)s did 5 %% of %(what)s") == Counter(["%(who)s", "%(what)s"])
