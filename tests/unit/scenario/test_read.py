"""Reading scenario files: what extends what, what lies beneath, and one clear line for every bad file."""

from __future__ import annotations

import copy
import pickle
import shutil
import time
from pathlib import Path

import pytest

from demandsim.errors import NotYetError, ScenarioError
from demandsim.scenario.files import LARGEST, shipped
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A copy of the small town that a test may spoil."""
    return Path(shutil.copy(shipped() / "small-town.toml", tmp_path / "town.toml"))


def spoiled(town: Path, old: str, new: str) -> Path:
    """The town with a piece of its text replaced once."""
    text = town.read_text(encoding="utf-8")
    assert old in text
    town.write_text(text.replace(old, new, 1), encoding="utf-8")
    return town


def child(town: Path, text: str, name: str = "child.toml") -> Path:
    """A scenario beside the town."""
    path = town.with_name(name)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(source: str | Path, error: type[ScenarioError] = ScenarioError) -> str:
    """The one line that reading gives."""
    with pytest.raises(error) as refused:
        read_scenario(source)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_shipped_scenario_is_read_by_its_bare_name_and_by_its_path() -> None:
    assert read_scenario("small-town") == read_scenario(shipped() / "small-town.toml")
    assert read_scenario("small-town.toml").name == "small-town"


def test_a_scenario_survives_pickle_and_copy() -> None:
    scenario = read_scenario("small-town")
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert copy.deepcopy(scenario) is scenario


def test_a_scenario_is_frozen_all_the_way_down() -> None:
    scenario = read_scenario("small-town")
    with pytest.raises(TypeError):
        scenario.services["ward"].kinds["stay_week"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        scenario.needs["housing"].routes[0].group.need["housing"] = (1, 2)  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        scenario.weeks = 3  # type: ignore[misc]


def test_the_name_is_the_files_own(town: Path) -> None:
    assert read_scenario(spoiled(town, 'name = "small-town"\n', "")).name == "town"
    assert read_scenario(child(town, 'extends = "town"\ntitle = "Child"')).name == "child"


def test_tables_are_overlaid_and_arrays_replaced_whole(town: Path) -> None:
    base = read_scenario(town)
    path = child(
        town,
        'extends = "town.toml"\nremembered = ["a_and_e", "child_in_need", "housing_options", "ward"]\n'
        "[services.ward]\nbeds = 2.5\n[services.ward.kinds.stay_week]\nunit_cost = 9\n",
    )
    scenario = read_scenario(path)
    ward = scenario.services["ward"]
    assert (ward.beds, ward.kinds["stay_week"].unit_cost) == (2.5, 9)
    assert ward.kinds["admission"] == base.services["ward"].kinds["admission"]
    assert scenario.remembered[-1] == "ward"
    assert scenario.services.keys() == base.services.keys()


def test_a_place_file_replaces_the_place_whole(town: Path) -> None:
    place = read_scenario(town).place
    folder = town.with_name("places")
    folder.mkdir()
    text = town.read_text(encoding="utf-8")
    start, end = text.index("[place]"), text.index("# ----", text.index("[place.districts.south]"))
    body = (
        text[start:end]
        .replace("[place.", "[")
        .replace("[place]", "")
        .replace("districts.north", "districts.west")
    )
    (folder / "west.toml").write_text(body, encoding="utf-8")
    path = child(town, 'extends = "town"\n[place]\nfrom = "places/west.toml"\ntitle = "West"\n')
    west = read_scenario(path).place
    assert list(west.districts) == ["west", "south"]
    assert (west.title, west.population) == ("West", place.population)
    (folder / "west.toml").write_text(body.replace("growth = 0.010", "grwth = 0.010"), encoding="utf-8")
    assert refusal(path) == "places/west.toml [districts.west]: no setting 'grwth'; did you mean 'growth'?"


def test_evidence_lies_beneath_and_the_files_own_number_wins(town: Path) -> None:
    path = child(town, 'extends = "town"\nevidence = "england"\n[services.home_care]\ngives_up = 0.123\n')
    scenario = read_scenario(path)
    assert scenario.services["home_care"].gives_up == 0.123
    assert scenario.services["home_care"].kinds == read_scenario(town).services["home_care"].kinds
    assert "no such set of evidence" in refusal(child(town, 'extends = "town"\nevidence = "france"\n'))


def test_a_number_may_stand_with_its_reasons(town: Path) -> None:
    table = 'value = 100, range = "half to double", unit = "pounds", price_year = "2013/14", grade = "judged"'
    reason = ', source = "An invented price, for a test of reading"'
    path = child(
        town, f'extends = "town"\n[services.ward.kinds.admission]\nunit_cost = {{ {table}{reason} }}\n'
    )
    assert read_scenario(path).services["ward"].kinds["admission"].unit_cost == pytest.approx(
        135.95, abs=0.01
    )
    path = child(town, f'extends = "town"\n[services.ward.kinds.admission]\nunit_cost = {{ {table} }}\n')
    assert refusal(path) == "child.toml [services.ward.kinds.admission.unit_cost]: source: is missing"


@pytest.mark.parametrize("name", ["england", "essex"])
def test_shipped_scenarios_read_quickly(name: str) -> None:
    read_scenario("small-town")  # classes and tables loaded
    started = time.perf_counter()
    scenario = read_scenario(name)
    assert isinstance(scenario, Scenario)
    # Asked for: under 0.3 s. Ten times that, since test machines stall.
    assert time.perf_counter() - started < 3


class TestBadFiles:
    def test_missing(self) -> None:
        assert refusal("esex") == "esex: no such file; did you mean 'essex'?"
        assert refusal("nowhere/town.toml").startswith("nowhere/town.toml: no such file")

    def test_a_folder(self, tmp_path: Path) -> None:
        assert refusal(tmp_path).endswith("is a folder, not a file")

    @pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n"])
    def test_empty(self, town: Path, text: str) -> None:
        assert refusal(child(town, text)).startswith("child.toml: is empty")

    def test_binary(self, tmp_path: Path) -> None:
        path = tmp_path / "bin.toml"
        path.write_bytes(b"title = 'x'\0\1\2")
        assert refusal(path) == "bin.toml: is binary, not text; write it as TOML in UTF-8"
        path.write_bytes(b"title = '\xff\xfe'")
        assert refusal(path).startswith("bin.toml: is not UTF-8 text")

    def test_enormous(self, tmp_path: Path) -> None:
        path = tmp_path / "large.toml"
        with path.open("wb") as file:
            file.truncate(LARGEST + 1)
        assert refusal(path) == "large.toml: is 5.0 MB; at most 5 MB is read"

    def test_not_toml(self, town: Path) -> None:
        assert refusal(child(town, "title = ")).startswith(
            "child.toml: is not TOML: Invalid value (at end of"
        )

    @pytest.mark.parametrize(
        "text", [f"a = {'[' * 5000}", f"a{'.a' * 5000} = 1", f"a = {'[' * 60}{']' * 60}"]
    )
    def test_nested_too_deep(self, town: Path, text: str) -> None:
        assert "nested too deep" in refusal(child(town, text))

    def test_a_number_of_thousands_of_digits(self, town: Path) -> None:
        assert "child.toml" in refusal(child(town, f'extends = "town"\nweeks = {"9" * 5000}\n'))
        assert "moves_out" in refusal(child(town, f'extends = "town"\n[place]\nmoves_out = {"9" * 400}\n'))

    def test_a_byte_order_mark_is_forgiven(self, town: Path) -> None:
        town.write_text(town.read_text(encoding="utf-8"), encoding="utf-8-sig")
        assert read_scenario(town).residents == 2000


class TestCircles:
    def test_itself(self, town: Path) -> None:
        path = child(town, 'extends = "child"\n')
        assert refusal(path).startswith(
            "child.toml [extends]: goes round in a circle (child.toml extends child.toml)"
        )

    def test_by_way_of_another(self, town: Path) -> None:
        child(town, 'extends = "one"\n', "two.toml")
        path = child(town, 'extends = "two"\n', "one.toml")
        assert "one.toml extends two.toml extends one.toml" in refusal(path)

    def test_an_absent_base(self, town: Path) -> None:
        message = refusal(child(town, 'extends = "smal-town"\n'))
        assert (
            message == "child.toml: names a file that is not there: 'smal-town'; did you mean 'small-town'?"
        )

    def test_no_name(self, town: Path) -> None:
        assert "must be the name or path of a scenario" in refusal(child(town, "extends = 3\n"))


@pytest.mark.parametrize(
    "line",
    [
        "cohorts = []\n",
        "[agencies.council.leadership]\nlearning = 0.5\n",
        "[mechanisms.joint_teams]\neffect = 0.1\n",
        "[agencies.council]\npooled_budgets = 1\n",
        "[place]\nhousehold_formation = 1\n",
    ],
)
def test_reserved_keys_are_not_yet(town: Path, line: str) -> None:
    assert "not yet" in refusal(child(town, f'extends = "town"\n{line}'), NotYetError)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "threshold = 2\n",
            "treshold = 2\n",
            "town.toml [services.adult_social_care]: no setting 'treshold'; did you mean 'threshold'?",
        ),
        (
            "threshold = 2\n",
            "threshold = 7\n",
            "town.toml [services.adult_social_care.threshold]: must be at most 4, given 7",
        ),
        (
            "threshold = 2\n",
            'threshold = "high"\n',
            "town.toml [services.adult_social_care.threshold]: must be a whole number, given 'high'",
        ),
        (
            "threshold = 2\n",
            "threshold = true\n",
            "town.toml [services.adult_social_care.threshold]: must be a whole number, given True",
        ),
        (
            "unit_cost = 120",
            "unit_cost = -120",
            "town.toml [services.adult_social_care.kinds.request.unit_cost]: must be at least 0, given -120",
        ),
        (
            "unit_cost = 120",
            "unit_cost = nan",
            "town.toml [services.adult_social_care.kinds.request.unit_cost]: "
            "must be a finite number, given nan",
        ),
        (
            'mode = "contact"',
            'mode = "contac"',
            "town.toml [services.adult_social_care.mode]: no such word, given "
            "'contac'; did you mean 'contact'?",
        ),
        ("residents = 2000", "residents = 10", "town.toml [residents]: must be at least 500, given 10"),
        (
            "[bad_spells]\n",
            "[bad_spels]\n",
            "town.toml: no setting 'bad_spels'; did you mean 'bad_spells'? (and 1 more)",
        ),
        (
            "worsen = [0.40, 0.35, 0.35]",
            "worsen = [0.40, 0.35]",
            "town.toml [needs.mental_health.worsen]: must have at least 3 entries, not 2",
        ),
        (
            "worsen = [0.40, 0.35, 0.35]",
            "worsen = [0.40, -0.35, 0.35]",
            "town.toml [needs.mental_health.worsen #2]: must be at least 0, given -0.35",
        ),
        (
            "age = [0, 5, 11, 18, 35, 65]",
            "age = [0, 5, 12, 18, 35, 65]",
            "town.toml [needs.mental_health.start]: no band starts at age 12",
        ),
        (
            "remit = { age = [50, 120] }",
            "remit = { age = [90, 50] }",
            "town.toml [services.adult_social_care.remit]: age: the range runs backwards (90 to 50)",
        ),
        (
            "remit = { age = [50, 120] }",
            'remit = { sex = "woman" }',
            "town.toml [services.adult_social_care.remit]: "
            "sex: no such word 'woman'; it is one of female, male",
        ),
        (
            "[services.home_care]",
            "[services.Home-Care]",
            "town.toml [services.Home-Care]: must be lower-case",
        ),
        ("[services.home_care]", "[[services.home_care]]", "town.toml"),
    ],
)
def test_one_clear_line(town: Path, old: str, new: str, message: str) -> None:
    assert refusal(spoiled(town, old, new)).startswith(message)


def test_the_file_named_is_the_one_the_key_was_written_in(town: Path) -> None:
    path = child(town, 'extends = "town"\n[services.ward]\nbeds = 3.0\n')
    spoiled(town, "ready_weeks = 7\n", "ready_weks = 7\n")
    assert refusal(path).startswith(
        "town.toml [services.ward]: no setting 'ready_weks'; did you mean 'ready_weeks'?"
    )


def test_replace_is_checked_like_a_file() -> None:
    scenario = read_scenario("small-town")
    assert scenario.replace(weeks=52).weeks == 52
    with pytest.raises(ScenarioError, match=r"small-town: no setting 'wekes'; did you mean 'weeks'\?"):
        scenario.replace(wekes=52)
    with pytest.raises(ScenarioError, match=r"small-town \[residents\]: must be a whole number, given '9'"):
        scenario.replace(residents="9")
