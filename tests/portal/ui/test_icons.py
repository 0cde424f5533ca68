import re

from django.conf import settings

from portal.ui.build_icons import SPRITE, names, symbol


def test_the_sprite_holds_the_icons_of_the_list():
    assert re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()) == names()


def test_every_icon_a_template_names_is_in_the_sprite():
    used = set()
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        used |= set(re.findall(r"""{% (?:icon|empty) ["']([^"']+)["']""", template.read_text()))
    assert used <= set(names())


def test_a_symbol_leaves_the_pen_to_the_style_sheet():
    svg = '<svg stroke="red">\n <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n <path d="M1 1" />\n</svg>'
    assert symbol("dot", svg) == '<symbol id="dot" viewBox="0 0 24 24"><path d="M1 1" /></symbol>'
