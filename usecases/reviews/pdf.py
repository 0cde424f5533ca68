"""A review as a PDF, by ReportLab: paragraphs and tables over pages that say what they are and how many there are.

Loaded by workers only. Knows no Django: what it prints comes as plain text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, ListFlowable, ListItem, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

REGULAR, STRONG = "Inter", "Inter-SemiBold"
INK, QUIET, LINE = colors.HexColor("#182433"), colors.HexColor("#5a6472"), colors.HexColor("#d8dde3")
MARGIN = 18 * mm
# The frame of a page keeps six points on each side.
WIDTH = A4[0] - 2 * MARGIN - 12


def _style(name: str, size: float, leading: float, *, font: str = REGULAR, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=leading, textColor=INK, **more)


BODY = _style("body", 9, 13)
SMALL = _style("small", 8, 11)
LABEL = ParagraphStyle("label", parent=SMALL, textColor=QUIET)
NUMBER = ParagraphStyle("number", parent=SMALL, alignment=2)
TITLE = _style("title", 19, 24, font=STRONG, spaceAfter=3)
VERDICT = _style("verdict", 12, 17, spaceBefore=8, spaceAfter=4)
HEADING = _style("heading", 11, 15, font=STRONG, spaceBefore=12, spaceAfter=4, keepWithNext=1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed. A section is {title, parts}; a part is {text}, {lines}, {pairs} or {headings, numeric, rows}."""

    language: str
    title: str
    above: str
    below: Sequence[str]
    verdict: str
    sections: Sequence[dict[str, Any]]
    # At the foot of every page; `of` words the page: "page %(page)s of %(pages)s".
    foot: str
    of: str


def build(sheet: Sheet, fonts: Path) -> tuple[bytes, int]:
    """The PDF and its number of pages. The same sheet gives the same bytes."""
    for name in (REGULAR, STRONG):
        if name not in pdfmetrics.getRegisteredFontNames():
            file = fonts / ("Inter-Regular.ttf" if name == REGULAR else f"{name}.ttf")
            pdfmetrics.registerFont(TTFont(name, str(file)))
    story: list[Flowable] = [_text(sheet.above, LABEL), _text(sheet.title, TITLE)]
    story += [_text(line, LABEL) for line in sheet.below if line]
    story.append(_text(sheet.verdict, VERDICT))
    for section in sheet.sections:
        story.append(_text(section["title"], HEADING))
        for part in section["parts"]:
            story += [*_part(part), Spacer(1, 4)]
    into = BytesIO()
    pages: list[int] = []
    document = SimpleDocTemplate(
        into,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=sheet.title,
        subject=sheet.above,
        author="Passerelle",
        lang=sheet.language,
        invariant=1,
    )
    document.build(story, canvasmaker=lambda *args, **more: _Numbered(*args, sheet=sheet, pages=pages, **more))
    return into.getvalue(), pages[0]


class _Numbered(Canvas):
    """Writes the foot of each page once it is known how many there are."""

    def __init__(self, *args: Any, sheet: Sheet, pages: list[int], **more: Any) -> None:
        super().__init__(*args, **more)
        self._sheet, self._pages, self._states = sheet, pages, list[dict[str, Any]]()

    def showPage(self) -> None:  # noqa: N802 ReportLab's name
        """Keep the page until all are drawn."""
        self._states.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Draw the feet, then write the file."""
        total = len(self._states)
        self._pages.append(total)
        for number, state in enumerate(self._states, start=1):
            self.__dict__.update(state)
            self.setStrokeColor(LINE)
            self.line(MARGIN, MARGIN, A4[0] - MARGIN, MARGIN)
            self.setFont(REGULAR, 7.5)
            self.setFillColor(QUIET)
            foot = self._sheet.foot
            while pdfmetrics.stringWidth(foot, REGULAR, 7.5) > WIDTH - 32 * mm:
                foot = foot[:-2].rstrip() + "…"
            self.drawString(MARGIN, MARGIN - 10, foot)
            self.drawRightString(A4[0] - MARGIN, MARGIN - 10, self._sheet.of % {"page": number, "pages": total})
            super().showPage()
        super().save()


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _part(part: dict[str, Any]) -> list[Flowable]:
    if "lines" in part:
        items = [ListItem(_text(item, BODY), leftIndent=10, value="•") for item in part["lines"]]
        return [ListFlowable(items, bulletType="bullet", start="•", leftIndent=10, bulletFontSize=8)]
    if "pairs" in part:
        rows = [[_text(label, LABEL), _text(value, SMALL)] for label, value in part["pairs"]]
        return [_table(rows, [WIDTH * 0.35, WIDTH * 0.65], head=False)]
    if "headings" in part:
        return [_grid(part)] if part["rows"] else []
    return [_text(part["text"], BODY)]


def _grid(part: dict[str, Any]) -> Table:
    numeric = part.get("numeric") or [False] * len(part["headings"])
    styles = [NUMBER if one else SMALL for one in numeric]
    head = [
        _text(text, ParagraphStyle("head", parent=style, textColor=QUIET))
        for text, style in zip(part["headings"], styles, strict=True)
    ]
    rows = [[_text(text, style) for text, style in zip(row, styles, strict=True)] for row in part["rows"]]
    return _table([head, *rows], _widths([part["headings"], *part["rows"]]), head=True)


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """Columns as wide as their longest word, what is left shared by how much they hold."""
    columns = list(zip(*rows, strict=True))
    needed = [max(_wide(word) for text in column for word in text.split(" ")) + 8 for column in columns]
    # When not every longest word has room, the longest of them share what the others leave, and are broken.
    most = WIDTH / len(columns)
    for _column in columns:
        modest = [one for one in needed if one <= most]
        most = (WIDTH - sum(modest)) / max(1, len(needed) - len(modest))
    words = [min(one, most) for one in needed]
    wanted = [min(max(_wide(text) for text in column), WIDTH / 2) for column in columns]
    left = max(0.0, WIDTH - sum(words))
    return [word + left * wish / (sum(wanted) or 1) for word, wish in zip(words, wanted, strict=True)]


def _wide(text: str) -> float:
    return float(pdfmetrics.stringWidth(text, REGULAR, SMALL.fontSize))


def _table(rows: list[list[Paragraph]], widths: list[float], *, head: bool) -> Table:
    table = Table(rows, colWidths=widths, repeatRows=1 if head else 0, hAlign="LEFT")
    lines = [("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    pads = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 7)]
    above = ("TOPPADDING", (0, 0), (-1, -1), 2.5)
    table.setStyle(TableStyle([*lines, *pads, above, ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]))
    return table
