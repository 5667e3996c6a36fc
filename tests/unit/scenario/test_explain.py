"""Policies and scenarios in words that can be read aloud: no keys, no symbols, singular and plural right."""

from __future__ import annotations

import re
from typing import Any

import pytest

from demandsim.errors import PolicyError
from demandsim.scenario.explain import explain_policy, explain_scenario
from demandsim.scenario.files import shipped
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.words import count, listed, pounds, span, the_agency, who

TOWN = read_scenario("small-town")
POLICIES = sorted(path.stem for path in (shipped() / "policies").glob("*.toml") if "verb" not in path.stem)
"""All but the one that names the verbs it is there to test."""


def told(change: dict[str, Any], **head: Any) -> str:
    """The paragraph about one change."""
    whole = {
        "name": "a-policy",
        "title": "A policy",
        "source": "Invented for a test",
        "maker": "council",
        **head,
    }
    return explain_policy(Policy(**whole, change=(Change(**change),)), TOWN)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"set": {"services.child_in_need.threshold": 3}, "ramp_weeks": 26},
            "From the first week, bit by bit over half a year, in child in need support, the lowest severity "
            "accepted rises from established to complex.",
        ),
        (
            {"set": {"services.home_care.charge": 2.5}, "from_week": 52},
            "After a year, in home care, the charge for each contact falls from £60 to £2.50.",
        ),
        (
            {"set": {"services.probation.weeks": 1}, "from_week": 1},
            "After a week, in probation, the length of support falls from half a year to a week.",
        ),
        (
            {"open": "tenancy_support", "group": {"age": (18, 24), "sex": "female", "district": ("north",)}},
            "the doors of tenancy support open, for women aged 18 to 24 in North.",
        ),
        (
            {"close": "voluntary_support", "until_week": 52},
            "and only for a year, the doors of voluntary support close.",
        ),
        (
            {"move_driver": {"driver": "rents", "by": 0.2}},
            "outside the services, rents move up by 0.2, from 1 to 1.2",
        ),
        (
            {"move_service": {"service": "place_of_safety", "payers": {"police": 1.0}}},
            "the cost of the place of safety, until now borne by the health trust (half) and the "
            "police (half), "
            "is borne by the police.",
        ),
        (
            {"money": {"service": "home_care", "pounds_a_year": -50000.0}},
            "£50,000 a year is taken out of home care, all of it from staff hours.",
        ),
        (
            {"money": {"agency": "police", "kind": "set_up", "pounds": 1_250_000.0}},
            "£1.25 million is spent once by the police on setting up.",
        ),
        (
            {"set": {f"agencies.{name}.leadership.community_support": 1.0 for name in ("police", "charity")}},
            "backing support between neighbours and in the community goes from none to full strength at the "
            "police and the town charity. At full strength it costs £5 a year for each resident, once for the "
            "whole place.",
        ),
        (
            {
                "set": {
                    f"agencies.{name}.leadership.warm_hand_over": strength
                    for name, strength in {"police": 0.8, "charity": 0.8, "council": 0.5}.items()
                }
            },
            "goes from none to 80% of full strength at the police and the town charity, and from a fifth to half "
            "of full strength at the small town council. At full strength it costs £25 for each resident handed",
        ),
        (
            {"set": {"services.voluntary_support.refers": ()}},
            "in voluntary support, whom it refers where changes.",
        ),
        (
            {"open": "home_care"},
            "the doors of home care, open already, stay open.",
        ),
        (
            {"set": {"services.probation.remit": {"age": (18, 120)}}},
            "in probation, whom it is for changes from everyone to people aged 18 or over.",
        ),
    ],
)
def test_a_change_in_words(change: dict[str, Any], sentence: str) -> None:
    assert sentence in told(change)


def test_a_threshold_beyond_the_law_says_so() -> None:
    text = told({"set": {"services.home_care.threshold": 4}})
    assert "The law does not let home care turn away anyone whose need is complex or worse" in text
    assert "The law" not in told({"set": {"services.home_care.threshold": 3}})


def test_thresholds_beyond_the_law_are_told_in_one_sentence() -> None:
    text = told({"set": {"services.home_care.threshold": 4, "services.adult_social_care.threshold": 4}})
    assert text.count("The law does not let") == text.count("this goes beyond the law") == 1
    alike = (
        "let home care or the adult social care front door turn away anyone whose need is complex or worse: "
    )
    assert alike in text
    essex = explain_policy(read_policy("council-raises-threshold"), read_scenario("essex"))
    assert ", nor home care anyone whose need is established or worse: this goes beyond the law" in essex


def test_a_door_that_turns_away_whom_the_law_protects_goes_beyond_it_too() -> None:
    for change in (
        {"close": "home_care"},
        {"set": {"services.home_care.takes": ("housing",)}},
        {"set": {"services.home_care.remit": {"age": (90, 120)}}},
    ):
        text = told(change)
        assert (
            "The law does not let home care turn away anyone whose need is complex or worse: this goes"
            in text
        )


def test_what_nobody_has_measured_is_said_once() -> None:
    text = explain_policy(read_policy("system-leadership"), read_scenario("essex"))
    assert text.count("No study has measured what four of these ways of working do: ") == 1
    assert len(re.findall(r"full price", text)) == 1
    dated = ("whole_needs_assessment", "discretion")
    changes = tuple(
        Change(set={f"agencies.{name}.leadership.{one}": 0.5}, from_week=week)
        for one, week, name in zip(dated, (0, 52), ("county_council", "police"), strict=True)
    )
    policy = Policy(name="a-policy", title="A policy", source="A test", maker="police", change=changes)
    text = explain_policy(policy, read_scenario("essex"))
    assert "do: asking about all of a resident's needs at the first meeting and letting staff" in text
    assert "No study" not in told({"set": {"agencies.police.leadership.discretion": 0.5}})


def test_changes_of_one_theme_are_told_together_and_sums_spent_at_once_in_one_sentence() -> None:
    sums = tuple(
        Change(theme="To begin with", money={"agency": name, "kind": "set_up", "pounds": sum_})
        for name, sum_ in (("police", 2000.0), ("council", 1000.0))
    )
    doors = tuple(
        Change(theme="Doors", from_week=13, **change)
        for change in ({"close": "ward"}, {"open": "tenancy_support"})
    )
    policy = Policy(
        name="a-policy", title="A policy", source="A test", maker="council", change=(*doors, *sums)
    )
    paragraphs = explain_policy(policy, TOWN).split("\n\n")
    assert paragraphs[2].startswith(
        "Doors. After three months, the doors of the mental-health ward close. At the same time, "
    )
    assert paragraphs[3] == (
        "To begin with. From the first week, setting up is paid for once, £3,000 in all: £2,000 by the police "
        "and £1,000 by the small town council."
    )


def test_what_a_change_begins_from_is_what_earlier_dates_have_made() -> None:
    """However the rows are written; they are told as written."""
    late = Change(from_week=20, set={"services.home_care.hand_off_loss": 0.5})
    early = Change(from_week=5, set={"services.home_care.hand_off_loss": 0.25})
    head = {"name": "a-policy", "title": "A policy", "source": "Invented for a test", "maker": "council"}
    text = explain_policy(Policy(**head, change=(late, early)), TOWN)
    assert re.search(r"After 20 weeks, .* from a quarter to half\. After five weeks, .* to a quarter\.", text)


def test_a_policy_that_changes_nothing_says_so() -> None:
    policy = Policy(name="a-policy", title="A policy", source="A test", maker="council")
    assert "It changes nothing." in explain_policy(policy, TOWN)


def test_an_empty_line_begins_a_paragraph() -> None:
    head = {"about": "One thing.\nIts end.\n\nAnother", "source": "From one.\n\nFrom another"}
    paragraphs = told({"close": "ward"}, **head).split("\n\n")
    assert paragraphs[1:3] == ["One thing. Its end.", "Another."]
    assert paragraphs[-2:] == ["Where this comes from: From one.", "From another."]


def test_no_paragraph_of_a_long_policy_is_too_long_to_read() -> None:
    text = explain_policy(read_policy("system-leadership"), read_scenario("essex"))
    assert max(len(paragraph.split()) for paragraph in text.split("\n\n")) <= 120


def test_where_nobody_is_housed_is_no_service() -> None:
    text = explain_scenario(read_scenario("essex"))
    assert (
        "and street outreach (from established need). Counted beside them, though no service: sleeping"
        in text
    )
    assert "Prison and probation has the services in its name." in explain_scenario(TOWN)


def test_who_hopes_to_save_what() -> None:
    change = {"open": "tenancy_support"}
    assert "with the hope of saving £4.2 million a year." in told(change, expected_saving=4_200_000.0)
    assert "£60,000 a year for the police." in told(change, expected_saving=60_000.0, saver="police")
    assert "nobody counts on a saving from it" in told(change)


def test_each_included_policy_has_a_paragraph() -> None:
    part = read_policy("small-town-council-saves")
    other = read_policy("small-town-early-help")
    whole = Policy(
        name="both",
        title="Both",
        source="Invented for a test",
        maker="council and charity",
        includes=(part.name, other.name),
        change=(*part.change, *other.change),
    ).model_copy(update={"parts": (part, other)})
    text = explain_policy(whole, TOWN)
    assert "It brings together two decisions" in text
    assert sum(line.startswith("Small town: ") for line in text.split("\n\n")) == 2


def test_a_policy_that_cannot_be_run_is_not_explained() -> None:
    with pytest.raises(PolicyError):
        told({"open": "nothing"})


@pytest.mark.parametrize("name", POLICIES)
def test_a_shipped_policy_can_be_read_aloud(name: str) -> None:
    text = explain_policy(
        read_policy(name), read_scenario("small-town" if name.startswith("small") else "essex")
    )
    body = text.split("Where this comes from")[0]
    assert not re.search(r"[a-z]_[a-z]|\.\.|  |\{|\[|\n\n\n", body), "a key, a doubled mark or a symbol"
    sentences = re.split(r"(?<=\.) ", body)
    told_twice = {one for one in sentences if len(one.split()) > 12 and sentences.count(one) > 1}
    assert not told_twice
    assert not re.search(r"\b1 (weeks|years|decisions)\b|\bNone\b|\bTrue\b", body)


@pytest.mark.parametrize("name", ["small-town", "england", "essex"])
def test_a_scenario_can_be_read_aloud(name: str) -> None:
    text = explain_scenario(read_scenario(name))
    assert not re.search(r"[a-z]_[a-z]|\.\.|  |\{|\[", text)


def test_small_words() -> None:
    assert [pounds(sum_) for sum_ in (60, 2.5, 1_234, 999_999, 12_000_000, 1.5e9, -50)] == [
        "£60",
        "£2.50",
        "£1,230",
        "£1 million",
        "£12 million",
        "£1.5 billion",
        "minus £50",
    ]
    assert [span(weeks) for weeks in (1, 4, 13, 26, 52, 65, 104)] == [
        "a week",
        "four weeks",
        "three months",
        "half a year",
        "a year",
        "65 weeks",
        "two years",
    ]
    assert [count(n, "week") for n in (0, 1, 2, 1200)] == ["no weeks", "one week", "two weeks", "1,200 weeks"]
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a and b", "c", "d"]) == "a and b; c; and d"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ({}, "everyone"),
        ({"age": (65, 120)}, "people aged 65 or over"),
        ({"age": (0, 17), "sex": "male"}, "boys"),
        ({"age": (0, 4)}, "children under 5"),
        ({"quintile": (1, 2)}, "people in the most deprived two fifths of neighbourhoods"),
        ({"tenure": ("social", "private")}, "people who rent from a social landlord or rent privately"),
        (
            {"need": {"frailty": (3, 4)}, "place": ("care_home",)},
            "people now in a care home with complex or worse frailty",
        ),
        ({"need": {"frailty": (0, 0)}}, "people with no frailty"),
        ({"contact": {"service": "a_and_e", "weeks": 52}}, "people who were seen by A&E in the last year"),
        ({"share": 0.5}, "half of people, picked by lot"),
    ],
)
def test_a_group_in_words(group: dict[str, Any], words: str) -> None:
    assert who(Group(**group), TOWN) == words


def test_agencies_in_a_sentence() -> None:
    assert the_agency(TOWN.agencies["council"]) == "the small town council"
    assert the_agency(TOWN.agencies["police"]) == "the police"
