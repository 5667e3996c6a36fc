"""How tables must fit together: each rule broken once in the small town, and the line it gives."""

from __future__ import annotations

from typing import Any

import pytest

from demandsim.errors import PolicyError, RunError, ScenarioError
from demandsim.scenario.check import apply_set, check_given, check_together, checked
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario

TOWN = read_scenario("small-town")


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The town's tables with settings changed by their dotted paths; None takes a key away."""
    data = TOWN.model_dump()
    for path, value in changes.items():
        *tables, key = path.split(".")
        inside = data
        for name in tables:
            inside = inside[name]
        if value is ...:
            del inside[key]
        else:
            inside[key] = value
    return data


def row(table: tuple[Any, ...], number: int, **changes: Any) -> tuple[Any, ...]:
    """An array of tables with one row changed."""
    return tuple({**one, **changes} if n == number else one for n, one in enumerate(table))


S = TOWN.model_dump()["services"]
N = TOWN.model_dump()["needs"]
A = TOWN.model_dump()["agencies"]
EVERYONE = {"age": None}

CASES: list[tuple[dict[str, Any], str]] = [
    # names
    (
        {"services.ward.agency": "helth_trust"},
        "[services.ward.agency]: no agency 'helth_trust'; did you mean 'health_trust'?",
    ),
    (
        {"services.ward.payers": {"polise": 1.0}},
        "[services.ward.payers.polise]: no agency 'polise'; did you mean 'police'?",
    ),
    (
        {"services.ward.helps": {"hosing": 1.0}},
        "[services.ward.helps.hosing]: no need 'hosing'; did you mean 'housing'?",
    ),
    (
        {"services.ward.place": "wards"},
        "[services.ward.place]: no place of stay 'wards'; did you mean 'ward'?",
    ),
    ({"services.ward.place": "home"}, "[services.ward.place]: no place of stay 'home'"),
    (
        {"services.community_mental_health.hand_on": {"mental_health": "home_visits"}},
        "'home_visits' is a service of mode outreach",
    ),
    (
        {"services.community_mental_health.hand_on": {"mental_health": "a_and_e"}},
        "'a_and_e' is a service of mode emergency",
    ),
    (
        {"services.general_practice.refers": row(S["general_practice"]["refers"], 1, to="a_and_e")},
        "[services.general_practice.refers #2.to]: 'a_and_e' is a service of mode emergency",
    ),
    (
        {"unpaid_care": {"share": 0.3, "need": "frality", "from_severity": 3, "priced_as": "home_care"}},
        "'frailty'?",
    ),
    (
        {"unpaid_care": {"share": 0.3, "need": "frailty", "from_severity": 3, "priced_as": "a_and_e"}},
        "[unpaid_care.priced_as]: 'a_and_e' is a service of mode emergency; name one of mode episode or stay",
    ),
    (
        {
            "services.police_response.hand_on": {"mental_health": "ambulance"},
            "services.ambulance.hand_on": {"mental_health": "police_response"},
        },
        "[services.ambulance.hand_on.mental_health]: passes callers round in a circle (ambulance to "
        "police_response to ambulance); leave it out at one of them",
    ),
    ({"services.community_mental_health.hand_on": {"mental_health": "nobody"}}, "no service 'nobody'"),
    (
        {"services.general_practice.refers": row(S["general_practice"]["refers"], 1, to="early_help_team")},
        "[services.general_practice.refers #2.to]: 'early_help_team' is a service of mode outreach",
    ),
    (
        {"services.hospital.awaits": row(S["hospital"]["awaits"], 0, service="a_and_e")},
        "[services.hospital.awaits #1.service]: 'a_and_e' is a service of mode emergency",
    ),
    (
        {"services.ambulance.outcomes": row(S["ambulance"]["outcomes"], 0, kind="telefone")},
        "no kind of contact 'telefone'; did you mean 'telephone'?",
    ),
    (
        {"services.ambulance.outcomes": row(S["ambulance"]["outcomes"], 2, next="a_an_e")},
        "did you mean 'a_and_e'?",
    ),
    (
        {"services.ward.expected_contacts": {"visit": 3.0}},
        "[services.ward.expected_contacts.visit]: no kind of contact 'visit'",
    ),
    (
        {"services.early_help_team.programme.refers_to": {"mental_health": "home_visits"}},
        "is a service of mode outreach",
    ),
    (
        {"needs.housing.routes": ({"shares": {"a_and_e": 1.0}},)},
        "[needs.housing.routes #1.shares.a_and_e]: 'a_and_e' is a service of mode emergency; name "
        "one of mode contact or episode or stay",
    ),
    (
        {"needs.housing.emergency_routes": ({"shares": {"ward": 1.0}},)},
        "'ward' is a service of mode stay; name one of mode emergency",
    ),
    (
        {"needs.housing.ordinary": {"ward": (1, 1, 1, 1)}},
        "'ward' is a service of mode stay; name one of mode contact or emergency",
    ),
    (
        {"needs.housing.pushed_by": {"frality": 0.1}},
        "[needs.housing.pushed_by.frality]: no need 'frality'; did you mean 'frailty'?",
    ),
    ({"needs.housing.pushed_by": {"housing": 0.1}}, "a need does not push itself"),
    (
        {"agencies.police.refers": row(A["police"]["refers"], 0, to="child_in_ned")},
        "did you mean 'child_in_need'?",
    ),
    (
        {"drivers.rents.steps": ({"need": "debts", "adds": 0.1},)},
        "[drivers.rents.steps #1.need]: no need 'debts'",
    ),
    (
        {"remembered": ("a_and_e", "child_in_need", "housing_options", "wards")},
        "[remembered #4]: no service 'wards'; did you mean 'ward'?",
    ),
    (
        {"remembered": ("a_and_e", "child_in_need", "housing_options", "a_and_e")},
        "[remembered #4]: 'a_and_e' is given twice; leave one out",
    ),
    (
        {"place.births.female": (0.0, 10.01, 0.045, 0.08, 0.1, 0.06, 0.012, 0.0)},
        "[place.births.female #2]: must be at most 1, given 10.01",
    ),
    (
        {"place.births.female": (0.0, 0.9, 0.045, 0.08, 0.1, 0.06, 0.012, 0.0)},
        "[place.births]: female times decile must be at most 1 child a woman and year, not 1.035",
    ),
    ({"place.households.leave_home": 10.5}, "[place.households.leave_home]: must be at most 10, given 10.5"),
    (
        {"services.adult_social_care.hand_on": {"frailty": "adult_social_care"}},
        "[services.adult_social_care.hand_on.frailty]: a service does not hand on to itself",
    ),
    (
        {"services.ward.awaits": ({"need": "housing", "severity": (1, 4), "service": "ward", "share": 0.5},)},
        "[services.ward.awaits #1.service]: nobody waits in a stay for that stay",
    ),
    (
        {"place.tenure_by_decile": (*TOWN.place.tenure_by_decile[:9], (0.3, 0.45, 0.35))},
        "[place.tenure_by_decile #10]: shares must add up to 1, not 1.1 (owned 0.3 + social 0.45 + private",
    ),
    (
        {"place.tenure_by_decile": ((0.0, 0.0, 0.0), *TOWN.place.tenure_by_decile[1:])},
        "[place.tenure_by_decile #1]: shares must add up to 1, not 0 (owned 0 + social 0 + private 0)",
    ),
    (
        {"place.districts.north.tenure": (0.3, 0.3, 0.3)},
        "[place.districts.north.tenure]: shares must add up to 1, not 0.9",
    ),
    (
        {"place.households.one_person": 0.95},
        "[place.households]: shares must add up to at most 1, not 1.",
    ),
    ({"place.moves_out": 500.0}, "[place.moves_out]: must be at most 1, given 500.0"),
    ({"mechanisms.discretion": ...}, "[mechanisms.discretion]: is missing"),
    (
        {"mechanisms.discression": {"per": "outside_remit"}},
        "no mechanism 'discression'; did you mean 'discretion'?",
    ),
    (
        {"services.ward.remit": {"district": ("noth",)}},
        "[services.ward.remit.district #1]: no district 'noth'; did you mean 'north'?",
    ),
    (
        {"services.ward.remit": {"contact": {"service": "ward", "weeks": 4}}},
        "'ward' is not remembered; add it to the scenario's remembered",
    ),
    # sums
    (
        {"services.ward.payers": {"health_trust": 0.5, "police": 0.4}},
        "[services.ward.payers]: shares must add up to 1, not 0.9 (health_trust 0.5 + police 0.4)",
    ),
    (
        {"needs.housing.routes": ({"shares": {"housing_options": 0.8}},)},
        "[needs.housing.routes #1.shares]: shares must add up to 1, not 0.8",
    ),
    (
        {"services.ambulance.outcomes": row(S["ambulance"]["outcomes"], 0, share=(0.2, 0.2, 0.15, 0.2, 0.0))},
        "shares of the rows without needs must add up to 1 at severity 3, not 1.1",
    ),
    (
        {
            "services.custody.outcomes": (
                *S["custody"]["outcomes"],
                {"kind": "released", "needs": ("offending",), "share": (0.0, 1.0, 1.0, 1.0, 0.9)},
            )
        },
        "shares of the rows of offending must add up to 1 at severity 4, not 0.9",
    ),
    (
        {
            "services.custody.outcomes": tuple(
                {**one, "needs": ("offending",)} for one in S["custody"]["outcomes"]
            )
        },
        "must have rows for every need",
    ),
    # modes and capacity
    (
        {"services.ward.ready_weeks": None},
        "[services.ward.ready_weeks]: is missing; a service of mode stay states it",
    ),
    (
        {
            "services.ward.kinds": {"admission": S["ward"]["kinds"]["admission"]},
            "services.ward.expected_contacts": {"admission": 7.0},
        },
        "[services.ward.kinds.stay_week]: is missing",
    ),
    (
        {
            "services.probation.kinds": {"visit": S["probation"]["kinds"]["episode_week"]},
            "services.probation.expected_contacts": {"visit": 7.0},
        },
        "[services.probation.kinds.episode_week]: is missing",
    ),
    ({"services.home_visits.programme": None}, "[services.home_visits.programme]: is missing"),
    (
        {
            "services.general_practice.kinds": {"assessment": S["general_practice"]["kinds"]["visit"]},
            "services.general_practice.expected_contacts": {"assessment": 9.0},
        },
        "at least one kind of contact besides assessment",
    ),
    (
        {
            "services.general_practice.outcomes": S["custody"]["outcomes"][:1],
            "services.general_practice.kinds.released": S["general_practice"]["kinds"]["visit"],
        },
        "[services.general_practice.outcomes]: is for services of mode emergency",
    ),
    (
        {"services.general_practice.beds": 2.0},
        "[services.general_practice.beds]: is for services of mode stay",
    ),
    (
        {"services.probation.hours_a_week": None},
        "[services.probation.responsive.central]: must be 1 where no hours_a_week are stated",
    ),
    ({"services.ward.beds": None}, "must be 1 where no beds are stated"),
    ({"services.probation.hours_a_week": 0.0}, "[services.probation.hours_a_week]: must be above 0"),
    (
        {"services.probation.expected_contacts": {}},
        "[services.probation.expected_contacts]: must say how many",
    ),
    (
        {"services.probation.kinds.episode_week.hours": 0.0},
        "[services.probation.kinds.episode_week.hours]: must be above 0 where hours_a_week limit",
    ),
    (
        {"services.probation.responsive": {"low": 0.5, "central": 0.2, "high": 0.6}},
        "central 0.2 must lie between low 0.5 and high 0.6",
    ),
    # chains and reach
    (
        {"services.custody.outcomes": row(S["custody"]["outcomes"], 2, next="police_response")},
        "contacts go round in a circle: police_response -> custody -> police_response",
    ),
    (
        {
            "services.mental_health_assessment.outcomes": row(
                S["mental_health_assessment"]["outcomes"], 1, next="custody"
            )
        },
        "more than 3 outcomes are drawn in one chain: ambulance -> a_and_e -> mental_health_assessment "
        "-> custody",
    ),
    (
        {
            "services.custody.outcomes": (
                S["custody"]["outcomes"][0],
                {**S["custody"]["outcomes"][2], "next": None, "share": (0.2, 0.2, 0.3, 0.4, 0.6)},
            )
        },
        "[services.prison]: nobody can reach it",
    ),
    # hazards
    (
        {"needs.housing.ease": (0.8, 300.0, 0.4, 1.0)},
        "[needs.housing.ease #2]: hazards that cannot hold: in a served week at severity 2",
    ),
    (
        {"needs.housing.start.female": (0.0, 400.0, 0.06, 0.03, 0.012)},
        "[needs.housing.start.female #2]: hazards that cannot hold",
    ),
    (
        {"needs.housing.death": (1.0, 1.0, 1.0, 100.0), "place.deaths.decile": (90.0,) * 10},
        "[needs.housing.death #4]: hazards that cannot hold: death",
    ),
    ({"needs.housing.age": (50, 16)}, "[needs.housing.age]: the range runs backwards"),
    # what an agency cannot know
    (
        {"services.early_help_team.programme.group.need": {"offending": (1, 3)}},
        "[services.early_help_team.programme.group.need.offending]: Small town council cannot know "
        "of 'offending'",
    ),
    (
        {"services.probation.remit": {"need": {"frailty": (1, 4)}}},
        "[services.probation.remit.need.frailty]: Prison and probation cannot know of 'frailty'",
    ),
    (
        {"services.early_help_team.programme.group.contact": {"service": "a_and_e", "weeks": 8}},
        "cannot know of contacts with 'a_and_e', a service of another agency",
    ),
    # size
    ({"needs": {f"need_{n}": N["housing"] for n in range(16)}}, "[needs]: must have 1 to 15 entries, not 16"),
]


@pytest.mark.parametrize(("changes", "message"), CASES, ids=[case[1][:60] for case in CASES])
def test_one_clear_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        checked(changed(changes), "town.toml")
    text = str(refused.value)
    assert message in text
    assert text.startswith("town.toml [")
    assert "\n" not in text


def test_a_circle_is_told_once() -> None:
    round_ = {
        "services.police_response.hand_on": {"mental_health": "ambulance"},
        "services.ambulance.hand_on": {"mental_health": "police_response"},
    }
    with pytest.raises(ScenarioError, match=r"leave it out at one of them$"):
        checked(changed(round_), "town.toml")


def test_what_has_not_been_read_is_no_scenario_and_no_policy() -> None:
    shut = Policy(
        name="shut", title="Shut", source="A test", maker="council", change=(Change(close="home_care"),)
    )
    check_given(TOWN, shut)
    check_given(TOWN, [shut, shut])
    with pytest.raises(
        RunError, match=r"^scenario: given 'small-town'; a Scenario from read_scenario would do$"
    ):
        check_given("small-town")
    for given in (
        "small-town-council-saves",
        ["small-town-council-saves"],
        [shut, "small-town-council-saves"],
    ):
        with pytest.raises(
            RunError, match=r"^policy: given 'small-town-council-saves'; a Policy from read_pol"
        ):
            check_given(TOWN, given)
    with pytest.raises(RunError, match=r"^policy: given None"):
        check_given(TOWN, None)


def test_a_policy_is_made_once_with_those_it_includes() -> None:
    shut = Policy(
        name="shut", title="Shut", source="A test", maker="council", change=(Change(close="home_care"),)
    )
    both = shut.model_copy(update={"name": "both", "includes": ("shut",), "parts": (shut,)})
    check_together(TOWN, [both])
    for twice in ([shut, shut], [both, shut], [shut, both]):
        with pytest.raises(PolicyError, match=r"^shut: is given twice; give it once$"):
            check_together(TOWN, twice)


def test_a_scenario_survives_its_own_tables() -> None:
    assert checked(TOWN.model_dump(), "town.toml") == TOWN
    assert checked(TOWN.model_dump(mode="json"), "town.toml") == TOWN


def test_a_closed_service_need_not_be_reached() -> None:
    data = changed({"services.general_practice.refers": ()})
    assert isinstance(checked(data, "town.toml"), Scenario)
    assert TOWN.services["tenancy_support"].closed


def test_shared_records_show_what_others_know() -> None:
    changes = {"services.early_help_team.programme.group.need": {"offending": (1, 3)}}
    data = changed({**changes, "agencies.council.leadership.shared_records": 0.5})
    assert "offending" in checked(data, "town.toml").services["early_help_team"].programme.group.need  # type: ignore[union-attr]


def test_apply_set_leaves_the_tables_it_was_given() -> None:
    data = TOWN.model_dump()
    after = apply_set(data, "services.home_care.kinds.episode_week.unit_cost", 999.0)
    assert after["services"]["home_care"]["kinds"]["episode_week"]["unit_cost"] == 999.0
    assert data == TOWN.model_dump()
    assert checked(after, "town.toml").services["home_care"].kinds["episode_week"].unit_cost == 999.0
