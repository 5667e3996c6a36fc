"""Reading policies and whether they can be run: each mistake once, and the line it gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demandsim.errors import NotYetError, PolicyError
from demandsim.scenario.check import apply_set, check_policy, check_together
from demandsim.scenario.files import shipped
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_policy, read_scenario

TOWN = read_scenario("small-town")
HEAD = 'title = "A policy"\nsource = "Invented for a test"\nmaker = "council"\n'


def written(folder: Path, text: str, name: str = "a-policy") -> Path:
    """A policy file."""
    path = folder / f"{name}.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def unread(path: Path, error: type[PolicyError] | type[NotYetError] = PolicyError) -> str:
    """The one line that reading gives."""
    with pytest.raises(error) as refused:
        read_policy(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def policy(*changes: dict[str, Any], **head: Any) -> Policy:
    """A policy made in Python."""
    return Policy(
        name="a-policy",
        title="A policy",
        source="Invented for a test",
        **{"maker": "council", **head},
        change=tuple(Change(**change) for change in changes),
    )


@pytest.mark.parametrize(
    "path", sorted((shipped() / "policies").glob("small-town*.toml")), ids=lambda path: path.stem
)
def test_the_small_towns_policies_run_in_it(path: Path) -> None:
    assert read_policy(path.stem) == read_policy(path)
    check_policy(TOWN, read_policy(path))


def test_included_changes_come_first_and_names_are_kept(tmp_path: Path) -> None:
    written(tmp_path, '[[change]]\nclose = "ward"\n', "first")
    path = written(tmp_path, 'includes = ["first", "small-town-early-help"]\n[[change]]\nopen = "ward"\n')
    read = read_policy(path)
    assert read.includes == ("first", "small-town-early-help")
    assert [part.name for part in read.whole()] == ["first", "small-town-early-help", "a-policy"]
    assert read.change[0].close == "ward"
    assert read.change[-1].open == "ward"
    assert len(read.own) == 1
    assert read.first_week == 0


class TestReading:
    def test_a_circle(self, tmp_path: Path) -> None:
        written(tmp_path, 'includes = ["a-policy"]\n', "other")
        assert "goes round in a circle by 'a-policy'" in unread(written(tmp_path, 'includes = ["other"]\n'))

    def test_twice(self, tmp_path: Path) -> None:
        written(tmp_path, '[[change]]\nclose = "ward"\n', "first")
        written(tmp_path, 'includes = ["first"]\n', "second")
        assert "'first' comes in twice" in unread(written(tmp_path, 'includes = ["first", "second"]\n'))

    def test_absent(self, tmp_path: Path) -> None:
        message = unread(written(tmp_path, 'includes = ["small-town-early-hlp"]\n'))
        assert message.endswith("'small-town-early-hlp'; did you mean 'small-town-early-help'?")
        assert "nothing.toml: no such file" in unread(tmp_path / "nothing.toml")

    @pytest.mark.parametrize("name", ["my_policy", "My-policy", "-policy", "p" * 62])
    def test_the_file_names_the_policy(self, tmp_path: Path, name: str) -> None:
        message = unread(written(tmp_path, '[[change]]\nclose = "ward"\n', name))
        assert f"a policy is named by its file, and '{name}' is no name for one" in message
        assert "rename the file: lower-case letters, digits and hyphens, not underscores" in message
        named = written(tmp_path, 'name = "my-policy"\n[[change]]\nclose = "ward"\n', name)
        assert read_policy(named).name == "my-policy"
        wrong = written(tmp_path, 'name = "my_policy"\n[[change]]\nclose = "ward"\n', name)
        assert (
            "[name]: must be lower-case letters, digits and hyphens, at most 61, given 'my_policy'"
            in unread(wrong)
        )

    def test_parts_are_not_written(self, tmp_path: Path) -> None:
        assert "did you mean 'includes'?" in unread(written(tmp_path, "parts = []\n"))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[[change]]\n", "a-policy.toml [change #1]: a change has exactly one of set, open"),
            ('[[change]]\nopen = "ward"\nclose = "ward"\n', "this has 2 (open, close)"),
            (
                '[[change]]\nopen = "ward"\nfrom_weak = 3\n',
                "[change #1]: no setting 'from_weak'; did you mean 'from_week'?",
            ),
            (
                '[[change]]\nopen = "ward"\nfrom_week = -1\n',
                "[change #1.from_week]: must be at least 0, given -1",
            ),
            (
                '[[change]]\nopen = "ward"\nfrom_week = 1.5\n',
                "[change #1.from_week]: must be a whole number, given 1.5",
            ),
            (
                '[[change]]\nopen = "ward"\nfrom_week = 9\nuntil_week = 9\n',
                "until_week 9 is not after from_week 9",
            ),
            ("expected_saving = -3\n", "[expected_saving]: must be at least 0, given -3"),
            ("expected_savings = 3\n", "no setting 'expected_savings'; did you mean 'expected_saving'?"),
        ],
    )
    def test_one_clear_line(self, tmp_path: Path, text: str, message: str) -> None:
        assert message in unread(written(tmp_path, text))

    def test_reserved_settings_are_not_yet(self, tmp_path: Path) -> None:
        text = '[[change]]\nset = { "agencies.council.leadership.joint_teams" = 0.5 }\n'
        assert "not yet" in unread(written(tmp_path, text), NotYetError)


CASES: list[tuple[dict[str, Any], str]] = [
    (
        {"from_week": 104, "open": "ward"},
        "[change #1.from_week]: week 104 is outside the run of 104 weeks; at most 103",
    ),
    (
        {"until_week": 105, "open": "ward"},
        "[change #1.until_week]: week 105 is outside the run of 104 weeks; at most 104",
    ),
    ({"open": "wards"}, "[change #1.open]: no service 'wards'; did you mean 'ward'?"),
    ({"close": "wards"}, "[change #1.close]: no service 'wards'; did you mean 'ward'?"),
    (
        {"move_driver": {"driver": "rent", "by": 1.0}},
        "[change #1.move_driver.driver]: no driver 'rent'; did you mean 'rents'?",
    ),
    (
        {"move_service": {"service": "wards", "agency": "police"}},
        "[change #1.move_service.service]: no service 'wards'",
    ),
    (
        {"move_service": {"service": "ward", "agency": "polise"}},
        "[change #1.move_service.agency]: no agency 'polise'; did you mean 'police'?",
    ),
    ({"move_service": {"service": "ward", "payers": {"police": 0.5}}}, "shares must add up to 1, not 0.5"),
    ({"move_service": {"service": "ward"}}, "[change #1.move_service]: moves nothing"),
    (
        {"group": {"age": (0, 4)}, "money": {"service": "home_care", "pounds_a_year": -1.0}},
        "[change #1.group]: money is for everyone",
    ),
    (
        {"group": {"district": ("west",)}, "close": "ward"},
        "[change #1.group.district #1]: no district 'west'",
    ),
    (
        {"group": {"need": {"frailty": (1, 4)}}, "close": "probation"},
        "Prison and probation cannot know of 'frailty'",
    ),
    (
        {"set": {"services.home_car.threshold": 3}},
        "[change #1.set]: no service 'home_car' in services; did you mean 'home_care'?",
    ),
    (
        {"set": {"services.home_care.treshold": 3}},
        "no setting 'treshold' in services.home_care; did you mean 'threshold'?",
    ),
    (
        {"set": {"services.home_care.kinds.episode.unit_cost": 3}},
        "no setting 'episode' in services.home_care.kinds; did you mean 'episode_week'?",
    ),
    ({"set": {"agencies.council.leadership.warm_handover": 1}}, "did you mean 'warm_hand_over'?"),
    (
        {"set": {"services.home_care.threshold": 7}},
        "[change #1]: from week 0, services.home_care.threshold: must be at most 4, given 7",
    ),
    ({"set": {"services.home_care.threshold": "high"}}, "must be a whole number, given 'high'"),
    ({"set": {"services.home_care.helps.hosing": 0.5}}, "no need 'hosing'; did you mean 'housing'?"),
    ({"set": {"services.home_care": 3}}, "is not one setting"),
    (
        {"set": {"agencies.police.leadership": {"discretion": 0.5}}},
        "[change #1.set]: 'agencies.police.leadership' is not one setting; write each mechanism's whole path in "
        'quotes: "agencies.police.leadership.discretion"',
    ),
    (
        {"set": {"services": {"home_care": {"threshold": 3}}}},
        "is not one setting; write its whole path in quotes",
    ),
    ({"set": {"residents": 3000}}, "a policy cannot set 'residents'; it is one of services, agencies"),
    ({"set": {"weeks": 3}}, "a policy cannot set 'weeks'"),
    ({"set": {"needs.housing.support_eases": 3}}, "a policy cannot set 'needs.housing.support_eases'"),
    ({"set": {"services.home_care.agency": "police"}}, "use move_service"),
    (
        {"set": {"services.home_care.expected_contacts.episode_week": 1.0}},
        "is not changed by a policy: the scenario's own say what an hour costs; write it in a scenario that",
    ),
    ({"set": {"services.home_care.expected_contacts": {}}}, "is not changed by a policy"),
    ({"set": {"services.home_care.responsive.central": 1.0}}, "is not changed by a policy"),
    ({"set": {"services.home_care.lawful_threshold": 4}}, "is not changed by a policy: the law is the scen"),
    ({"set": {"services.home_care.kinds.episode_week.counts": "x"}}, "is not changed by a policy"),
    ({"set": {"services.home_care.closed": True}}, "use open or close"),
    (
        {"set": {"services.hospital.awaits.0.share": 0.5}},
        "'services.hospital.awaits' is an array; set the whole array",
    ),
    (
        {"ramp_weeks": 5, "set": {"services.home_care.grows_with_population": False}},
        "is no number that could change bit by bit",
    ),
    ({"money": {"pounds_a_year": 5.0}}, "must name a service or an agency"),
    (
        {"money": {"service": "ward", "agency": "police", "pounds_a_year": 5.0}},
        "must name a service or an agency",
    ),
    ({"money": {"service": "wards", "pounds_a_year": 5.0}}, "no service 'wards'"),
    ({"money": {"service": "home_care"}}, "a sum on a service is given in pounds_a_year, not 0"),
    (
        {"money": {"service": "home_care", "pounds_a_year": -1e9}},
        "a year that the service costs",
    ),
    (
        {"money": {"service": "home_care", "pounds_a_year": -5.0, "split": {"places": 1.0}}},
        "'home_care' has no places to change; split it over hours and package",
    ),
    (
        {"money": {"service": "home_care", "pounds_a_year": -5.0, "split": {"hours": 0.5}}},
        "shares must add up to 1, not 0.5",
    ),
    ({"money": {"agency": "polise", "pounds_a_year": 5.0}}, "no agency 'polise'; did you mean 'police'?"),
    (
        {"money": {"agency": "police", "pounds": 5.0}},
        "a sum of kind running is given in pounds_a_year, above 0",
    ),
    (
        {"money": {"agency": "police", "kind": "set_up", "pounds_a_year": 5.0}},
        "a sum of kind set_up is given in pounds, above 0",
    ),
]


@pytest.mark.parametrize(("change", "message"), CASES, ids=[case[1][:60] for case in CASES])
def test_one_clear_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError) as refused:
        check_policy(TOWN, policy(change))
    text = str(refused.value)
    assert text.startswith("a-policy [change #1")
    assert message in text
    assert "\n" not in text


def test_the_saver_is_an_agency() -> None:
    with pytest.raises(
        PolicyError, match=r"a-policy \[saver\]: no agency 'counsil'; did you mean 'council'\?"
    ):
        check_policy(TOWN, policy(saver="counsil"))


def test_opening_a_service_that_asks_what_its_agency_cannot_know_needs_shared_records() -> None:
    data = TOWN.model_dump()["services"]
    team = {**data["early_help_team"], "closed": True}
    team["programme"] = {**team["programme"], "group": {"need": {"offending": (1, 3)}}}
    town = TOWN.replace(services={**data, "early_help_team": team})
    opens = {"from_week": 4, "open": "early_help_team"}
    with pytest.raises(PolicyError, match="cannot know of 'offending'"):
        check_policy(town, policy(opens))
    check_policy(town, policy({"set": {"agencies.council.leadership.shared_records": 1.0}}, opens))


def test_a_blamed_change_is_the_one_that_did_it() -> None:
    with pytest.raises(PolicyError, match=r"a-policy \[change #2\]: from week 8, services.home_care.package"):
        check_policy(
            TOWN,
            policy(
                {"from_week": 8, "close": "ward"},
                {"from_week": 8, "set": {"services.home_care.package": 2.0}},
            ),
        )


def test_included_policies_must_have_been_read() -> None:
    with pytest.raises(PolicyError, match="have not been read"):
        check_policy(TOWN, policy(includes=("another",)))


def test_reserved_settings_are_not_yet() -> None:
    with pytest.raises(NotYetError, match="not yet"):
        apply_set(TOWN.model_dump(), "agencies.council.leadership.learning", 0.5)


def test_ways_on_are_looked_at_as_the_dates_make_them() -> None:
    """What begins later wins, so the second policy, given last, takes away no way that the first opens after it."""
    to_ambulance, nowhere, back = (
        policy({"from_week": week, "set": {f"services.{name}.hand_on": to}}).model_copy(
            update={"name": f"made-{number}"}
        )
        for number, (week, name, to) in enumerate(
            (
                (3, "police_response", {"housing": "ambulance"}),
                (0, "police_response", {}),
                (1, "ambulance", {"housing": "police_response"}),
            )
        )
    )
    check_together(TOWN, [nowhere, back])
    with pytest.raises(PolicyError, match=r"^made-0 \[change #1\]: from week 3, .* round in a circle"):
        check_together(TOWN, [to_ambulance, back, nowhere])
