"""Pieces of a page: escaped, captioned, whole."""

from __future__ import annotations

import base64

from matplotlib.figure import Figure

from demandsim.analysis.pages import Cell, bullets, element, page, picture, table, terms


def test_text_is_escaped_and_markup_is_not() -> None:
    assert element("p", "<b>&") == "<p>&lt;b&gt;&amp;</p>"
    assert element("p", Cell("<b>x</b>"), kind="soft") == '<p class="soft"><b>x</b></p>'
    assert bullets(["<", "b"]) == "<ul><li>&lt;</li><li>b</li></ul>"
    assert terms([("a & b", "<c>")]) == "<dl><dt>a &amp; b</dt><dd>&lt;c&gt;</dd></dl>"


def test_a_table_has_a_caption_and_headed_rows_and_columns() -> None:
    told = table("What <it> shows", ["Who", "how"], [["a", "1"], ["<b>", "2"]], words=[1], sums=[1])
    assert "<caption>What &lt;it&gt; shows</caption>" in told
    assert '<th scope="col">Who</th><th scope="col" class="words">how</th>' in told
    assert '<tr><th scope="row">a</th><td class="words">1</td></tr>' in told
    assert '<tr class="sum"><th scope="row">&lt;b&gt;</th>' in told


def test_a_picture_is_inside_the_file_and_says_what_it_shows() -> None:
    figure = Figure(figsize=(2, 1))
    figure.suptitle('A "title"\non two lines')
    told = picture(figure)
    assert 'alt="Chart: A &quot;title&quot; on two lines"' in told
    data = told.split("base64,")[1].split('"')[0]
    assert b"<svg" in base64.b64decode(data)


def test_a_page_says_its_language_and_title() -> None:
    told = page("A & b", ["<p>x</p>"])
    assert told.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert "<title>A &amp; b</title>" in told
    assert 'name="viewport"' in told
    assert "@media print" in told
