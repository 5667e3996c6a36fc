"""A link says a question and is read back; rubbish in an address is put right and said."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import demandsim as ds
from demandsim.faces.dashboard import own
from demandsim.faces.dashboard.levers import Moved, levers
from demandsim.faces.dashboard.own import Own, Shelf, packed, taken
from demandsim.faces.dashboard.question import (
    AS_IT_IS,
    LONGEST_LINK,
    LONGEST_YEARS,
    MOST_PAIRS,
    MOST_RESIDENTS,
    WORLDS,
    Question,
    asked,
    places,
    policy_of,
    presets,
    refusal,
    scenario_of,
)
from demandsim.scenario.files import shipped
from demandsim.scenario.numbers import Range, changeable, put_on_end

VERSION = "9.9.9"
CUT = Moved(1, "money.pounds_a_year", -40_000)
TOWN = Question(place="small-town", second="small-town-council-saves")
ANY = st.sampled_from(
    [
        "place",
        "first",
        "second",
        "years",
        "residents",
        "seed",
        "pairs",
        "version",
        "moved",
        "number",
        "file",
        "other",
        "../../etc/passwd",
    ]
)


def test_an_empty_address_asks_the_usual_and_says_nothing() -> None:
    assert asked("", VERSION) == (Question(), [])


@given(
    place=st.sampled_from(["essex", "england", "small-town"]),
    years=st.integers(1, LONGEST_YEARS),
    residents=st.integers(2_000, MOST_RESIDENTS),
    seed=st.integers(0, 999_999),
    pairs=st.integers(1, MOST_PAIRS),
    data=st.data(),
)
@settings(derandomize=True, max_examples=60, deadline=None)
def test_a_link_is_read_back_as_it_was(
    place: str, years: int, residents: int, seed: int, pairs: int, data: st.DataObject
) -> None:
    first, second = (data.draw(st.sampled_from(sorted(presets(place)))) for _ in range(2))
    question = Question(place, first, second, years, residents, seed, pairs)
    assert asked(question.link(VERSION), VERSION) == (question, [])


@given(st.dictionaries(ANY, st.text(max_size=40)))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_address_asks_something_that_can_be_run(given: dict[str, str]) -> None:
    from urllib.parse import urlencode

    question, _ = asked(urlencode(given), VERSION)
    again, said = asked(question.link(VERSION), VERSION)
    assert (again, said) == (question, [])
    assert question.place in places()
    assert {question.first, question.second} <= set(presets(question.place))


@given(st.text(max_size=200))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_text_is_read(address: str) -> None:
    question, _ = asked(address, VERSION)
    assert question.place in places()


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("years=many", "no whole number"),
        ("years=99", "10 is used"),
        ("residents=-5", "2,000 is used"),
        ("place=/etc/passwd", "There is no place"),
        ("second=..%2F..%2Fsecrets", "There is no policy"),
        ("version=0.0.1", "another version"),
    ],
)
def test_what_was_put_right_is_said(address: str, part: str) -> None:
    _, said = asked(address, VERSION)
    assert len(said) == 1
    assert part in said[0]


def test_policies_that_name_what_a_place_has_not_are_not_offered() -> None:
    assert "system-leadership" in presets("essex")
    assert "system-leadership" not in presets("small-town")
    assert all(AS_IT_IS in presets(place) for place in places())


def test_the_version_is_in_the_link() -> None:
    assert dict(parse_qsl(Question().link(VERSION)))["version"] == VERSION


def policy_file(name: str = "mine") -> Own:
    """A visitor's own policy: a shipped one under another name."""
    raw = (shipped() / "policies" / "small-town-early-help.toml").read_bytes()
    return taken("policy", f"{name}.toml", raw)


@given(st.data())
@settings(derandomize=True, max_examples=40, deadline=None)
def test_moved_sliders_numbers_and_files_come_back_by_link(data: st.DataObject) -> None:
    files = (policy_file(), taken("scenario", "town.toml", b"extends = 'small-town'\ntitle = 'Mine'"))
    place = data.draw(st.sampled_from(["small-town", "own:town", "essex"]))
    question = Question(place=place)
    for world in WORLDS:
        name = data.draw(st.sampled_from(sorted(presets(place, files))))
        known = () if name == AS_IT_IS else levers(policy_of(name, files), scenario_of(place, files))
        chosen = (
            data.draw(st.lists(st.sampled_from(known), max_size=3, unique_by=lambda one: one[:2]))
            if known
            else []
        )
        moved = [Moved(*one[:2], one.within(data.draw(st.floats(one.low, one.high)))) for one in chosen]
        question = question.with_world(world, name, tuple(moved))
    question, _ = asked(question.using(files).link(VERSION), VERSION)  # what cannot be run is put right, once
    again, said = asked(question.link(VERSION), VERSION)
    assert (again, said) == (question, [])
    assert hash(again) == hash(question)
    assert len(question.link(VERSION)) <= LONGEST_LINK
    assert {one.key for one in question.files} <= {question.place, question.first, question.second}
    assert [one.key for one in question.files].count("own:mine") == (
        "own:mine" in (question.first, question.second)
    )


@given(
    st.lists(st.tuples(ANY, st.text(alphabet="firstecond:0123456789.-_epolcynarw ", max_size=60)), max_size=8)
)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_what_looks_like_a_part_of_a_link_never_fails(parts: list[tuple[str, str]]) -> None:
    from urllib.parse import urlencode

    question, said = asked(urlencode(parts), VERSION)
    assert all("\n" not in line for line in said)
    assert asked(question.link(VERSION), VERSION) == (question, [])


def test_a_moved_slider_makes_the_world_an_adjusted_one() -> None:
    question, said = asked(TOWN.with_world("second", TOWN.second, (CUT,)).link(VERSION), VERSION)
    assert said == []
    assert question.second_moved == (CUT,)
    (policy,) = question.policies("second")
    assert policy.title == question.title("second") == "Small town: the council saves on care (adjusted)"
    assert policy.name == TOWN.second
    assert question.title("first") == "As it is now"


def test_a_policy_beside_its_adjusted_self_is_two_worlds() -> None:
    question = TOWN.with_world("first", TOWN.second).with_world("second", TOWN.second, (CUT,))
    assert [len(arm) for arm in question.arms()] == [1, 1]
    assert refusal(question) == ""
    assert len(TOWN.with_world("first", TOWN.second).arms()) == 1


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("moved=second:2:money.pounds_a_year:-900000", "is put at -100000"),
        ("moved=second:2:money.pounds_a_year:lots", "is put at -50000"),
        ("moved=second:2:money.pounds_a_year:inf", "is put at -5000"),
        ("moved=second:1:services.adult_social_care.threshold:2.4", "is put at 2"),
        ("moved=second:7:from_week:3", "World B has no slider 'from_week'"),
        ("moved=first:1:from_week:3", "World A has no slider 'from_week'"),
        ("moved=third:1:from_week:3", "cannot be read"),
        ("moved=second:0x1:from_week:3", "cannot be read"),
        ("moved=", "cannot be read"),
        (
            "years=1&moved=second:1:from_week:60",
            "World B is as shipped, because what was moved cannot be run",
        ),
        ("number=x:1", "Small town uses no number 'x' of the evidence"),
        ("number=", "uses no number ''"),
        ("file=policy", "A file in the link cannot be read"),
        ("place=own:mine", "There is no place 'own:mine'"),
        ("first=own:mine", "There is no policy 'own:mine' for small-town"),
    ],
)
def test_what_was_moved_wrongly_is_put_right_and_said(part: str, line: str) -> None:
    question, said = asked(f"place=small-town&second=small-town-council-saves&{part}", VERSION)
    assert len([one for one in said if line in one]) == 1, said
    assert asked(question.link(VERSION), VERSION) == (question, [])


def test_numbers_of_the_evidence_are_part_of_the_question() -> None:
    path, ends = next(
        (path, one) for path, one in changeable(scenario_of("essex")).items() if one.low < one.value
    )
    question, said = asked(f"number={path}:{ends.low!r}", VERSION)
    assert said == []
    assert question.numbers == ((path, ends.low),)
    assert asked(question.link(VERSION), VERSION) == (question, [])
    assert question.scenario() != Question().scenario()
    back, said = asked(f"number={path}:{ends.value!r}", VERSION)
    assert (back, said) == (Question(), [])
    for value, line in (
        ("1e9", "is outside its range"),
        ("nan", "is no number"),
        ("x", "is no number"),
    ):
        refused, said = asked(f"number={path}:{value}", VERSION)
        assert refused.numbers == ()
        assert line in said[0]


def test_every_number_may_be_set_to_either_end_that_fits_the_rest() -> None:
    known = changeable(scenario_of("essex"))
    assert len(known) > 1_000
    row = next(path for path in known if path.endswith(".2"))
    question, said = asked(f"number={row}:{known[row].high!r}", VERSION)
    assert (question.numbers, said) == (
        ((row, known[row].high),) if known[row].high != known[row].value else (),
        [],
    )


def test_an_end_of_a_range_as_it_is_shown_is_within_it() -> None:
    known = changeable(scenario_of("essex"))
    told = [(path, one, end) for path, one in known.items() for end in one]
    assert any(not one.low <= float(f"{end:.6g}") <= one.high for _, one, end in told)
    for _, one, end in told:
        assert f"{put_on_end(float(f'{end:.6g}'), one):.6g}" == f"{end:.6g}"
        assert one.low <= put_on_end(float(f"{end:.6g}"), one) <= one.high
    path, one, end = next(each for each in told if float(f"{each[2]:.6g}") < each[1].low)
    question, said = asked(f"number={path}:{end:.6g}", VERSION)
    assert (question.numbers, said) == (((path, end),), [])
    far = Range(1.0, 0.5, 2.0)
    assert [put_on_end(value, far) for value in (0.499, 1.3, 2.01)] == [0.499, 1.3, 2.01]


def test_a_file_too_large_for_the_link_goes_along_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))
    large = taken("policy", "large.toml", policy_file().raw + f"\n# {noise}\n".encode())
    question = TOWN.with_world("second", large.key).using((large,))
    assert len(question.link(VERSION)) < 500
    assert question.left_out(VERSION) == (large,)
    assert asked(question.link(VERSION), VERSION) == (question, [])
    small = TOWN.with_world("second", "own:mine").using((policy_file(),))
    assert small.left_out(VERSION) == ()
    monkeypatch.setattr(own, "SHELF", Shelf())  # another server
    assert asked(small.link(VERSION), VERSION) == (small, [])
    other, said = asked(question.link(VERSION), VERSION)
    assert (other, len(said)) == (TOWN, 1)
    assert large.digits in said[0]


def test_a_damaged_file_is_left_out_and_the_rest_is_asked() -> None:
    text = packed(policy_file(), whole=True)
    question, said = asked(f"place=small-town&second=own:mine&file={text[:-30]}", VERSION)
    assert (question, len(said)) == (TOWN, 1)


def test_why_a_question_cannot_be_run_is_told_in_a_line() -> None:
    assert refusal(TOWN) == ""
    assert "Neither world differs" in refusal(TOWN.with_world("second", AS_IT_IS))
    assert "Both worlds are the same" in refusal(TOWN.with_world("first", TOWN.second))
    short = Question(place="small-town", second="small-town-every-verb", years=1)
    assert "This cannot be run. small-town-every-verb [change #4.until_week]" in refusal(short)


def test_the_same_question_gives_the_same_digest_however_it_was_asked() -> None:
    question = TOWN.with_world("second", "own:mine").using((policy_file(),))
    shipped_policy = ds.read_policy("small-town-early-help")
    scenario = question.scenario(1_000).replace(weeks=30)
    (policy,) = question.policies("second")
    same = shipped_policy.model_copy(update={"name": "mine"})
    assert (
        ds.run(scenario, policies=[policy], seed=1).digest == ds.run(scenario, policies=[same], seed=1).digest
    )
