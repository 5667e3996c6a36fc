"""The report: one valid, escaped, self-contained file, written whole or not at all."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.unit.analysis.fakes import CITY, SAVING, Money, compared, policy

from demandsim.analysis import report
from demandsim.analysis.cautions import beyond_the_law
from demandsim.analysis.comparison import Comparison
from demandsim.analysis.report import report_text, write_report
from demandsim.errors import ComparisonError, SaveError
from demandsim.scenario.policy import Change

OUTCOMES = {"crises": 10.0, "failure_demand_share": 0.25, "crises_gap": 3.0, "weeks_to_help": float("nan")}
NASTY = 'The <script>alert("council")</script> saves & more'


class Page(HTMLParser):
    """Reads a page and keeps what a test asks about; refuses tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    causes = {("health_trust", "council"): 0.25}
    settings: Any = {"causes": causes, "outcomes": OUTCOMES, "scenario": CITY}
    return compared(SAVING, policy(title=NASTY, saver="council", expected_saving=1000.0), **settings)


@pytest.fixture(scope="module")
def several() -> Comparison:
    council, police = policy("one", saver="council"), policy("two", title="The police save", saver="police")
    first: list[Money] = [{("council", "home_care"): -100.0}] * 2
    second: list[Money] = [{("police", "custody"): -50.0}] * 2
    both: list[Money] = [{("council", "home_care"): -100.0, ("police", "custody"): -60.0}] * 2
    whole = policy("all", title="Both save", parts=(council, police))
    parts = (compared(first, council), compared(second, police))
    return compared(both, whole, parts=parts, outcomes=OUTCOMES)


@pytest.fixture(scope="module")
def text(comparison: Comparison, several: Comparison) -> str:
    published = pd.DataFrame(
        {
            "measure": ["a_and_e_attendances"],
            "unit": ["per 1,000 <residents>"],
            "published": [402.0],
            "simulated": [397.5],
            "need_driven_share": [0.125],
        }
    )
    return report_text((comparison, several), published=published, version="9.9.9")


@pytest.fixture(scope="module")
def read(text: str) -> Page:
    return Page(text)


def test_nothing_is_fetched_and_nothing_runs(text: str, read: Page) -> None:
    for _, attributes in read.tags:
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/svg+xml;base64,"))
    assert read.all("script") == read.all("link") == read.all("iframe") == []
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search(r"https?://", text)
    assert len(text.encode()) < 3_000_000


def test_pictures_fetch_nothing_either(read: Page) -> None:
    assert len(read.all("img")) >= 8
    for attributes in read.all("img"):
        drawn = base64.b64decode((attributes["src"] or "").split("base64,")[1]).decode()
        assert not re.search(r'(?:href|src)="(?!#)', drawn)
        assert (attributes["alt"] or "").startswith("Chart: ")


def test_every_text_is_escaped(text: str, read: Page) -> None:
    assert "<script" not in text
    assert NASTY in read.text
    assert "per 1,000 <residents>" in read.text


def test_it_is_marked_up_as_what_it_is(read: Page) -> None:
    assert read.all("html") == [{"lang": "en-GB"}]
    assert len(read.all("title")) == len(read.all("h1")) == len(read.all("main")) == 1
    assert len(read.all("table")) == len(read.all("caption")) >= 9
    assert {attributes["scope"] for attributes in read.all("th")} == {"col", "row"}
    named = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(named) == len(set(named))
    assert {attributes["href"] for attributes in read.all("a")} <= {f"#{name}" for name in named}


def test_the_sentence_comes_first(comparison: Comparison, read: Page) -> None:
    heading = read.words.index(NASTY)
    after = [words for words in read.words[heading + 1 :] if words.strip()]
    assert after[0] == comparison.sentence()


def test_what_it_must_hold_is_there(read: Page) -> None:
    for words in (
        "cash, low share",
        "cash, central",
        "cash, high share",
        "full (unit costs)",
        "capacity (staff time)",
        "chance only",
        "Traced and causal, side by side",
        "For each pound saved",
        "Each saving alone, and all together",
        "Interaction",
        "How to read this",
        "What it cannot tell you",
        "What was run",
        "demandsim 9.9.9",
        "Seeds 1, 2, 3",
        "Indicative only: 2,000 residents",
        "Intervals rest on 3 pairs of runs: they are wide, as so few can hardly tell a policy from luck.",
        "A&E attendances",
        "Beside England's published figures",
        "12.5%",
    ):
        assert words in read.text


def test_without_published_figures_there_is_no_such_table(comparison: Comparison) -> None:
    assert "published figures" not in Page(report_text((comparison,))).text


def test_a_note_is_said_at_the_head_and_under_what_was_run(comparison: Comparison) -> None:
    told = Page(report_text((comparison,), note="This place has 1 changed number: ease <is> 2.")).text
    assert told.count("This place has 1 changed number: ease <is> 2.") == 2
    assert "changed number" not in Page(report_text((comparison,))).text


def test_one_comparison_needs_no_list_of_them(comparison: Comparison) -> None:
    assert Page(report_text((comparison,))).all("nav") == []


def test_what_goes_beyond_the_law_is_marked(comparison: Comparison) -> None:
    unlawful = policy(change=(Change(set={"services.home_care.threshold": 4}),))
    assert len(beyond_the_law(compared(SAVING, unlawful))) == 1
    assert beyond_the_law(compared(SAVING, policy(change=()))) == ()
    told = Page(report_text((compared(SAVING[:1], unlawful, outcomes=OUTCOMES),))).text
    assert (
        "Beyond the law. This policy was run all the same, although: The law does not let home care" in told
    )
    assert "Home <care>" in Page(report_text((comparison,), unlawful=["Home <care>"])).text
    assert "eyond the law" not in Page(report_text((comparison,), unlawful=[])).text


@pytest.mark.parametrize(
    "change",
    [
        Change(close="home_care"),
        Change(set={"services.home_care.takes": ["housing"]}),
        Change(set={"services.home_care.remit": {"age": [90, 120]}}),
    ],
)
def test_whoever_is_turned_away_the_law_is_named(change: Change) -> None:
    assert beyond_the_law(compared(SAVING, policy(change=(change,)))) == (
        "The law does not let home care turn away anyone whose need is complex or worse.",
    )


def test_a_limit_of_the_law_is_told_once() -> None:
    change = Change(set={"services.home_care.threshold": 4})
    twice = compared(SAVING, policy(change=(change, change)), policy("again", change=(change,)))
    (note,) = beyond_the_law(twice)
    assert note == "The law does not let home care turn away anyone whose need is complex or worse."


def test_no_ratios_where_nobody_hopes_to_save() -> None:
    told = Page(report_text((compared(SAVING, policy(), outcomes=OUTCOMES),))).text
    assert "For each pound saved" not in told
    rising: list[Money] = [{("council", "home_care"): 5.0}] * 2
    told = Page(report_text((compared(rising, policy(saver="council"), outcomes=OUTCOMES),))).text
    assert "There are no ratios: the saving did not appear." in told


def test_outcomes_that_say_nothing_are_left_out() -> None:
    outcomes = {
        "births": 9.0,
        "offered": 0.0,
        "crises": 10.0,
        "weeks_waited": 7.0,
        "failure_demand_share": 0.25,
    }
    told = Page(report_text((compared(SAVING, policy(), outcomes=outcomes),))).text
    assert "What matters most, for the place" in told
    assert told.index("Crises") < told.index("What else was counted") < told.index("Weeks waited")
    assert "Births" not in told
    assert "Offered" not in told


def test_the_baseline_is_shown_by_itself(read: Page) -> None:
    assert "The baseline is about at rest: without any policy" in read.text
    assert "The baseline's first year and its last" in read.text


def test_without_two_years_or_published_figures_there_is_no_such_section() -> None:
    short = compared(SAVING, policy(), outcomes=OUTCOMES, weeks=60)
    assert "The baseline by itself" not in Page(report_text((short,))).text


@pytest.mark.parametrize("pairs", [1, 3])
def test_a_null_policy_can_be_reported(pairs: int) -> None:
    nothing: Any = [dict.fromkeys(change, 0.0) for change in SAVING[:pairs]]
    told = Page(report_text((compared(nothing, policy(change=()), outcomes=OUTCOMES),))).text
    assert "nothing changed hands, to the penny" in told


def test_it_is_the_same_each_time(comparison: Comparison) -> None:
    assert report_text((comparison,)) == report_text((comparison,))


def test_it_is_written_and_replaced_whole(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("the old one", encoding="utf-8")
    assert write_report((comparison,), path) == path
    assert comparison.report(path) == path
    whole = path.read_bytes()
    assert whole.startswith(b"<!DOCTYPE html>")

    def halfway(*_: object) -> Iterator[Any]:
        raise RuntimeError("stopped halfway")
        yield

    monkeypatch.setattr(report, "section", halfway)
    with pytest.raises(RuntimeError, match="halfway"):
        write_report((comparison,), path)
    assert path.read_bytes() == whole
    assert [found.name for found in tmp_path.iterdir()] == ["report.html"]


def test_what_cannot_be_written_or_told_is_refused(comparison: Comparison, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="no folder"):
        write_report((comparison,), tmp_path / "nowhere" / "report.html")
    with pytest.raises(ComparisonError, match="no finished pair"):
        write_report((), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []
