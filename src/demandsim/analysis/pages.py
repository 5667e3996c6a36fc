"""Pieces of a self-contained web page: escaped text, tables with captions, pictures inside the file."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from matplotlib.figure import Figure

from demandsim.analysis.drawing import svg

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Verdana, "DejaVu Sans", sans-serif;
  color: #222; background: #fff; margin: 0 auto; max-width: 62rem; padding: 1rem 1.25rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0 .3rem; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.5rem 0 .5rem; border-top: 3px solid #0072B2;
  padding-top: .8rem; }
h3 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; }
p, ul, dl { max-width: 46rem; }
a { color: #00588C; }
.sentence { font-size: 1.2rem; line-height: 1.45; max-width: 50rem; background: #EEF5FA;
  border-left: 5px solid #0072B2; padding: .8rem 1rem; margin: .8rem 0 1.2rem; }
.mark { background: #FDF0E6; border-left: 5px solid #D55E00; padding: .6rem 1rem; }
.soft { color: #555; font-size: .92rem; }
.wide { overflow-x: auto; margin: .5rem 0 1rem; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { padding: .3rem .6rem; text-align: right; vertical-align: top; border-bottom: 1px solid #DDD; }
th:first-child, td.words, th.words { text-align: left; }
thead th { border-bottom: 2px solid #222; vertical-align: bottom; }
tbody th { font-weight: normal; }
td small { color: #555; white-space: nowrap; display: block; }
tr.sum th, tr.sum td { border-top: 2px solid #222; font-weight: 600; }
figure { margin: 1.2rem 0; }
figure img { display: block; width: 100%; max-width: 60rem; height: auto; }
dt { font-weight: 600; margin-top: .6rem; }
dd { margin: 0 0 0 1rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  body { padding: .6rem .8rem 2rem; }
  figure { overflow-x: auto; }
  figure img { min-width: 34rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; }
  h2 { break-before: page; }
  h2, h3, caption { break-after: avoid; }
  figure, tr, .sentence { break-inside: avoid; }
  nav { display: none; }
}
"""
"""Nothing is fetched: system fonts, no scripts."""


class Cell(str):
    """Markup that is already safe; any other text is escaped."""


def page(title: str, body: Iterable[str]) -> str:
    """Put a whole page together."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en-GB">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            *body,
            "</body>",
            "</html>",
            "",
        ]
    )


def element(name: str, text: str, *, kind: str = "") -> Cell:
    """One element with text in it; text that is not markup is escaped."""
    given = f' class="{escape(kind)}"' if kind else ""
    return Cell(f"<{name}{given}>{safe(text)}</{name}>")


def bullets(items: Iterable[str]) -> Cell:
    """A list."""
    return Cell(f"<ul>{''.join(element('li', item) for item in items)}</ul>")


def terms(pairs: Iterable[tuple[str, str]]) -> Cell:
    """Terms, each with what is said about it."""
    return Cell(f"<dl>{''.join(element('dt', term) + element('dd', said) for term, said in pairs)}</dl>")


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    words: Sequence[int] = (),
    sums: Sequence[int] = (),
    kinds: Mapping[tuple[int, int], str] | None = None,
) -> Cell:
    """A table with a caption and headed rows.

    Parameters
    ----------
    caption
        What it shows, with units.
    head
        Heads of columns.
    rows
        Texts; the first of each heads the row.
    words
        Columns that hold words, not numbers.
    sums
        Rows set off as totals.
    kinds
        Classes of cells, by row and column, as for shading.
    """

    def cell(row: int, column: int, text: str) -> str:
        kind = (kinds or {}).get((row, column), "words" if column in words else "")
        return element("td", text, kind=kind)

    heads = []
    for column, text in enumerate(head):
        kind = ' class="words"' if column in words else ""
        heads.append(f'<th scope="col"{kind}>{safe(text)}</th>')
    lines = []
    for number, row in enumerate(rows):
        kind = ' class="sum"' if number in sums else ""
        first = f'<th scope="row">{safe(row[0])}</th>'
        lines.append(
            f"<tr{kind}>{first}{''.join(cell(number, i, t) for i, t in enumerate(row[1:], start=1))}</tr>"
        )
    return Cell(
        f'<div class="wide"><table><caption>{safe(caption)}</caption><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def picture(figure: Figure) -> Cell:
    """A chart inside the file, with its title for those who cannot see it."""
    title = " ".join(figure.get_suptitle().split())
    data = base64.b64encode(svg(figure)).decode("ascii")
    return Cell(f'<figure><img src="data:image/svg+xml;base64,{data}" alt="Chart: {escape(title)}"></figure>')


def safe(text: str) -> str:
    """Escape a text, unless it is markup already."""
    return text if isinstance(text, Cell) else escape(text)
