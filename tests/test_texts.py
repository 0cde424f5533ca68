"""Every text exists in French, and the catalogue that pages read is the one that is committed."""

from collections import Counter

from portal.management.commands import messages


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
