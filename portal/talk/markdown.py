"""Markdown of comments: parsed without raw HTML, mentions and addresses as links of ours, cleaned at the end."""

import re
from collections.abc import Collection, Mapping

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a", "span"}
MENTION = re.compile(r"(?<![\w@./+-])@(\w(?:[\w.+-]*\w)?)")
ADDRESS = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]]")
SPECIAL = re.compile(f"(?:{ADDRESS.pattern})|(?:{MENTION.pattern})")

# Raw HTML is shown as text; pictures would tell other servers who reads; headings belong to the page.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "heading", "lheading", "hr", "html_block", "html_inline"]
)


def mentioned(body: str) -> list[str]:
    """The user names after an @ in the text, each once, in order; what stands in code is no mention."""
    names: dict[str, None] = {}
    for text in _texts(_markdown.parse(body)):
        names |= {match[1]: None for match in SPECIAL.finditer(text) if match[1]}
    return list(names)


def render(body: str, people: Mapping[str, str]) -> SafeString:
    """The body as safe HTML; `people` are the names of who is mentioned, by lower-case user name."""
    tokens = _markdown.parse(body)
    for token in tokens:
        if token.children:
            token.children = _linked(token.children, people)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(  # noqa: S308 - cleaned by nh3, the last thing that touches it
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href"}},
            allowed_classes={"span": {"mention"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )


def _texts(tokens: Collection[Token]) -> list[str]:
    found = []
    for token in tokens:
        depth = 0
        for child in token.children or []:
            depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            if child.type == "text" and not depth:
                found.append(child.content)
    return found


def _linked(children: list[Token], people: Mapping[str, str]) -> list[Token]:
    """The same pieces, with addresses and mentions in their texts as HTML; inside a link nothing is touched."""
    out: list[Token] = []
    depth = 0
    for child in children:
        depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type == "text" and not depth and SPECIAL.search(child.content):
            piece = Token("html_inline", "", 0)
            piece.content = _html(child.content, people)
            out.append(piece)
        else:
            out.append(child)
    return out


def _html(text: str, people: Mapping[str, str]) -> str:
    parts: list[str] = []
    last = 0
    for match in SPECIAL.finditer(text):
        parts.append(escape(text[last : match.start()]))
        last = match.end()
        if not match[1]:
            parts.append(f'<a href="{escape(match[0])}">{escape(match[0])}</a>')
        elif name := people.get(match[1].lower()):
            parts.append(f'<span class="mention">@{escape(name)}</span>')
        else:
            parts.append(escape(match[0]))
    return "".join([*parts, escape(text[last:])])
