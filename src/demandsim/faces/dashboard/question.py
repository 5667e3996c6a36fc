"""What a visitor asks: a place, two ways of running it, how long and how large; and the link that says all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from demandsim.errors import DemandSimError
from demandsim.scenario.check import check_together
from demandsim.scenario.files import shipped
from demandsim.scenario.policy import Policy
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.schema import Scenario

AS_IT_IS = ""
"""The arm in which nothing changes."""

FEWEST_RESIDENTS, MOST_RESIDENTS = 2_000, 200_000
LONGEST_YEARS = 10
MOST_PAIRS = 30
LAST_SEED = 999_999


@dataclass(frozen=True)
class Question:
    """What is asked; every field is within its bounds.

    ``first`` and ``second`` name the policies of the two worlds; the empty name is the place as it is.
    """

    place: str = "essex"
    first: str = AS_IT_IS
    second: str = "council-raises-threshold"
    years: int = 5
    residents: int = 20_000
    seed: int = 1
    pairs: int = 10

    def link(self, version: str) -> str:
        """Write the question as the part of an address behind the question mark."""
        return urlencode({**{name: getattr(self, name) for name in _FIELDS}, "version": version})

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the pairs, the first the visitor's own."""
        return tuple(range(self.seed, self.seed + self.pairs))

    def scenario(self, residents: int | None = None) -> Scenario:
        """Read the place, at so many residents for so many years."""
        return scenario_of(self.place).replace(
            residents=self.residents if residents is None else residents, weeks=52 * self.years
        )

    def arms(self) -> tuple[tuple[Policy, ...], ...]:
        """Give the policies of each world that differs from the place as it is, each once."""
        names = dict.fromkeys(name for name in (self.first, self.second) if name != AS_IT_IS)
        return tuple((policy_of(name),) for name in names)


_FIELDS = ("place", "first", "second", "years", "residents", "seed", "pairs")
_BOUNDS = {
    "years": (1, LONGEST_YEARS),
    "residents": (FEWEST_RESIDENTS, MOST_RESIDENTS),
    "seed": (0, LAST_SEED),
    "pairs": (1, MOST_PAIRS),
}


def asked(address: str, version: str) -> tuple[Question, list[str]]:
    """Read the question out of an address; what cannot be is put right, and said.

    Parameters
    ----------
    address
        The part behind the question mark, whatever a visitor typed.
    version
        Of this package: a link made by another may show other digits.

    Returns
    -------
    tuple
        The question, and a line for everything that was put right.
    """
    given = dict(parse_qsl(address[:4_000], keep_blank_values=True, errors="replace"))
    question, said = Question(), []
    numbers = {}
    for name, low_high in _BOUNDS.items():
        if name in given:
            numbers[name], line = _whole(name, given[name], *low_high, usual=getattr(question, name))
            said += line
    question = Question(**{**asdict(question), **numbers})
    question, lines = _named(question, given)
    made_by = given.get("version", version)
    if made_by != version:
        said.append(f"The link was made by another version ({made_by[:20]}): digits may differ.")
    return question, said + lines


def _whole(name: str, text: str, low: int, high: int, *, usual: int) -> tuple[int, list[str]]:
    """Read a whole number, brought within its bounds."""
    try:
        number = int(text)
    except ValueError:
        return usual, [f"{name}: {text[:20]!r} is no whole number; {usual:,} is used."]
    within = min(max(number, low), high)
    return within, [] if within == number else [f"{name}: {within:,} is used, of {low:,} to {high:,}."]


def _named(question: Question, given: Mapping[str, str]) -> tuple[Question, list[str]]:
    """Read the names of the place and of the two worlds' policies; only shipped ones do: no path is ever read."""
    said = []
    place = given.get("place", question.place)
    if place not in places():
        said.append(f"There is no place {place[:30]!r}; {question.place} is shown.")
        place = question.place
    fitting = presets(place)
    worlds = {}
    for world in ("first", "second"):
        name = given.get(world, getattr(question, world))
        if name not in fitting:
            first = next((policy for policy in fitting if policy != AS_IT_IS), AS_IT_IS)
            usual = first if world == "second" else AS_IT_IS
            usual = getattr(question, world) if getattr(question, world) in fitting else usual
            said += [f"There is no policy {name[:40]!r} for {place}."] if world in given else []
            name = usual
        worlds[world] = name
    return replace(question, place=place, **worlds), said


@lru_cache
def places() -> tuple[str, ...]:
    """Names of the shipped places."""
    return tuple(sorted(path.stem for path in shipped().glob("*.toml")))


@lru_cache
def scenario_of(place: str) -> Scenario:
    """Read a shipped place, once."""
    return read_scenario(place)


@lru_cache
def policy_of(name: str) -> Policy:
    """Read a shipped policy, once."""
    return read_policy(name)


@lru_cache
def presets(place: str) -> dict[str, str]:
    """Name the ways of running a place that it can be run: each policy's key and its title, nothing changed first."""
    found = {AS_IT_IS: "As it is now"}
    for name in _policy_names():
        policy = policy_of(name)
        if _fits(place, (policy,)):
            found[name] = policy.title
    return found


def _policy_names() -> Iterable[str]:
    """Names of the shipped policies."""
    return sorted(path.stem for path in (shipped() / "policies").glob("*.toml"))


def _fits(place: str, policies: tuple[Policy, ...]) -> bool:
    """Tell whether policies can be made in a place: all they name is there."""
    try:
        check_together(scenario_of(place), policies)
    except DemandSimError:
        return False
    return True
