"""What a visitor asks: a place, two ways of running it, how long and how large; and the link that says all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from demandsim.errors import DemandSimError
from demandsim.evidence.tables import plain
from demandsim.faces.dashboard.choices import AS_IT_IS, places, policy_of, presets, scenario_of
from demandsim.faces.dashboard.levers import Moved, adjusted, levers
from demandsim.faces.dashboard.own import MARK, Own, packed, unpacked
from demandsim.scenario.check import check_together
from demandsim.scenario.numbers import Numbers, numbers_from, with_numbers
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario

__all__ = ["AS_IT_IS", "Question", "asked", "places", "policy_of", "presets", "refusal", "scenario_of"]

FEWEST_RESIDENTS, MOST_RESIDENTS = 2_000, 200_000
LONGEST_YEARS = 10
MOST_PAIRS = 30
LAST_SEED = 999_999
LONGEST_LINK = 7_900
"""Letters of a link behind the question mark; files that would make it longer go along by themselves."""

WORLDS = {"first": "World A", "second": "World B"}
_LONGEST_READ, _MOST_MOVED, _MOST_FILES = 20_000, 200, 3


@dataclass(frozen=True)
class Question:
    """What is asked; every field is within its bounds.

    ``first`` and ``second`` name the policies of the two worlds; the empty name is the place as it is. ``files`` holds
    those of the visitor's own files that are named, and nothing else, so that a question says all by itself.
    """

    place: str = "essex"
    first: str = AS_IT_IS
    second: str = "council-raises-threshold"
    years: int = 5
    residents: int = 20_000
    seed: int = 1
    pairs: int = 10
    first_moved: tuple[Moved, ...] = ()  # sliders away from where they were shipped, by row and place
    second_moved: tuple[Moved, ...] = ()
    numbers: Numbers = ()  # of the evidence: path and value, in 2024/25 prices, by path
    files: tuple[Own, ...] = ()

    def link(self, version: str) -> str:
        """Write the question as the part of an address behind the question mark."""
        whole = self._link(version, whole=True)
        return whole if len(whole) <= LONGEST_LINK else self._link(version, whole=False)

    def left_out(self, version: str) -> tuple[Own, ...]:
        """Files that are too large for the link, and must go along with it."""
        return self.files if len(self._link(version, whole=True)) > LONGEST_LINK else ()

    def _link(self, version: str, *, whole: bool) -> str:
        """Write the link, with its files in it or only their names."""
        pairs = [(name, getattr(self, name)) for name in _FIELDS]
        pairs += [
            ("moved", f"{world}:{one.row + 1}:{one.place}:{plain(float(one.value))!r}")
            for world in WORLDS
            for one in self.moved(world)
        ]
        pairs += [("number", f"{path}:{plain(float(value))!r}") for path, value in self.numbers]
        pairs += [("file", packed(one, whole=whole)) for one in self.files]
        return urlencode([*pairs, ("version", version)], safe=":")

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the pairs, the first the visitor's own."""
        return tuple(range(self.seed, self.seed + self.pairs))

    def scenario(self, residents: int | None = None) -> Scenario:
        """Read the place, at so many residents for so many years, on the evidence as it was changed."""
        chosen = scenario_of(self.place, self.files).replace(
            residents=self.residents if residents is None else residents, weeks=52 * self.years
        )
        return with_numbers(chosen, self.numbers)

    def moved(self, world: str) -> tuple[Moved, ...]:
        """Sliders of a world (``first`` or ``second``) that are not where they were shipped."""
        return self.first_moved if world == "first" else self.second_moved

    def policy(self, world: str) -> str:
        """Key of a world's policy."""
        return self.first if world == "first" else self.second

    def with_world(self, world: str, policy: str, moved: tuple[Moved, ...] = ()) -> Question:
        """Give the same question with another policy in a world, as shipped unless sliders are moved."""
        if world == "first":
            return replace(self, first=policy, first_moved=moved)
        return replace(self, second=policy, second_moved=moved)

    def policies(self, world: str) -> tuple[Policy, ...]:
        """Policies of a world, as adjusted: none where it is the place as it is."""
        name = self.policy(world)
        if name == AS_IT_IS:
            return ()
        shipped = policy_of(name, self.files)
        return (adjusted(shipped, scenario_of(self.place, self.files), self.moved(world)),)

    def title(self, world: str) -> str:
        """What a world is called."""
        return next((policy.title for policy in self.policies(world)), "As it is now")

    def arms(self) -> tuple[tuple[Policy, ...], ...]:
        """Give the policies of each world that differs from the place as it is, each once."""
        found: list[tuple[Policy, ...]] = []
        for arm in map(self.policies, WORLDS):
            if arm and arm not in found:
                found.append(arm)
        return tuple(found)

    def using(self, files: Sequence[Own]) -> Question:
        """Give the same question with those of the files that it names."""
        named = {("scenario", self.place), ("policy", self.first), ("policy", self.second)}
        kept = {(one.kind, one.key): one for one in files if (one.kind, one.key) in named}
        return replace(self, files=tuple(sorted(kept.values())))


_FIELDS = ("place", "first", "second", "years", "residents", "seed", "pairs")
_BOUNDS = {
    "years": (1, LONGEST_YEARS),
    "residents": (FEWEST_RESIDENTS, MOST_RESIDENTS),
    "seed": (0, LAST_SEED),
    "pairs": (1, MOST_PAIRS),
}


def refusal(question: Question) -> str:
    """Say in one line why a question cannot be run; empty if it can."""
    if not question.arms():
        return "Neither world differs from the place as it is: choose a policy for one of them."
    try:
        worlds = [question.policies(world) for world in WORLDS]
        if worlds[0] == worlds[1]:
            return "Both worlds are the same: choose another policy for one of them, or adjust it."
        for arm in question.arms():
            check_together(question.scenario(), arm)
    except DemandSimError as error:
        return f"This cannot be run. {error}"
    return ""


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
    pairs = parse_qsl(address[:_LONGEST_READ], keep_blank_values=True, errors="replace")
    given = dict(pairs)
    said: list[str] = []
    whole: dict[str, int] = {}
    for name, (low, high) in _BOUNDS.items():
        usual = getattr(Question(), name)
        whole[name], line = _whole(name, given.get(name, str(usual)), low, high, usual=usual)
        said += line
    files, lost = _files([text for name, text in pairs if name == "file"])
    question = Question(
        years=whole["years"],
        residents=whole["residents"],
        seed=whole["seed"],
        pairs=whole["pairs"],
        files=files,
    )
    question, lines = _named(question, given, lost=bool(lost))
    numbers, refused = numbers_from(
        scenario_of(question.place, files), [text for name, text in pairs if name == "number"]
    )
    question = replace(question, numbers=numbers)
    question, unmoved = _moved(question, [text for name, text in pairs if name == "moved"])
    made_by = given.get("version", version)
    if made_by != version:
        said.append(f"The link was made by another version ({made_by[:20]}): digits may differ.")
    return question, [*said, *lost, *lines, *refused, *unmoved]


def _whole(name: str, text: str, low: int, high: int, *, usual: int) -> tuple[int, list[str]]:
    """Read a whole number, brought within its bounds."""
    try:
        number = int(text)
    except ValueError:
        return usual, [f"{name}: {text[:20]!r} is no whole number; {usual:,} is used."]
    within = min(max(number, low), high)
    return within, [] if within == number else [f"{name}: {within:,} is used, of {low:,} to {high:,}."]


def _files(texts: Sequence[str]) -> tuple[tuple[Own, ...], list[str]]:
    """Read the visitor's own files that a link carries or names."""
    found, said = [], []
    for text in texts[:_MOST_FILES]:
        own, line = unpacked(text)
        found += [own] if own else []
        said += [line] if line else []
    return tuple(found), said


def _named(question: Question, given: Mapping[str, str], *, lost: bool) -> tuple[Question, list[str]]:
    """Read the names of the place and of the two worlds' policies: shipped or among the files; no path is ever read."""
    said = []
    files = question.files
    place = given.get("place", question.place)
    if place not in places() and place not in [one.key for one in files if one.kind == "scenario"]:
        said += (
            [] if lost and place.startswith(MARK) else [f"There is no place {place[:30]!r}; Essex is shown."]
        )
        place = question.place
    fitting = presets(place, files)
    question = replace(question, place=place)
    for world in WORLDS:
        name = given.get(world, question.policy(world))
        if name not in fitting:
            first = next((policy for policy in fitting if policy != AS_IT_IS), AS_IT_IS)
            usual = first if world == "second" else AS_IT_IS
            usual = question.policy(world) if question.policy(world) in fitting else usual
            told = world in given and not (lost and name.startswith(MARK))
            said += [f"There is no policy {name[:40]!r} for {place}."] if told else []
            name = usual
        question = question.with_world(world, name)
    return question.using(files), said


def _moved(question: Question, texts: Sequence[str]) -> tuple[Question, list[str]]:
    """Read moved sliders, ``world:row:place:value`` each: kept where all of a world's can be run together."""
    said: list[str] = []
    given: dict[str, dict[tuple[int, str], Moved]] = {world: {} for world in WORLDS}
    for text in texts[:_MOST_MOVED]:
        world, row, place, value, *_ = (*text.split(":"), "", "", "", "")
        if world not in WORLDS or not (row.isascii() and row.isdigit() and len(row) < 4):
            said.append(f"A moved slider, {text[:40]!r}, cannot be read; it stays as shipped.")
        else:
            given[world][int(row) - 1, place] = Moved(int(row) - 1, place, _number(value))
    for world, moved in given.items():
        if moved:
            question, lines = _put(question, world, moved)
            said += lines
    return question, said


def _put(
    question: Question, world: str, moved: Mapping[tuple[int, str], Moved]
) -> tuple[Question, list[str]]:
    """Move a world's sliders, if the policy they make can be run."""
    name = question.policy(world)
    base = scenario_of(question.place, question.files)
    known = () if name == AS_IT_IS else levers(policy_of(name, question.files), base)
    kept, said = [], []
    for lever in known:
        one = moved.get((lever.row, lever.place))
        if one is None:
            continue
        value = lever.within(one.value) if one.value == one.value else lever.shipped
        if value != one.value:
            said.append(
                f"{WORLDS[world]}: {lever.title} is put at {value:g}, of {lever.low:g} to {lever.high:g}."
            )
        kept += [one._replace(value=value)] if value != lever.shipped else []
    strange = moved.keys() - {(lever.row, lever.place) for lever in known}
    said += [f"{WORLDS[world]} has no slider {place[:60]!r}; it is left out." for _, place in sorted(strange)]
    put = question.with_world(world, name, tuple(kept))
    try:
        for policies in (put.policies(world),) if kept else ():
            check_together(put.scenario(), policies)
    except DemandSimError as error:
        return question, [
            *said,
            f"{WORLDS[world]} is as shipped, because what was moved cannot be run. {error}",
        ]
    return put, said


def _number(text: str) -> float:
    """Read a number; not-a-number for what is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
