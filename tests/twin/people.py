"""Residents, their needs and their homes: one object each, made from the starting columns, and columns again."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from demandsim.chance import SHARE
from demandsim.population.columns import HERE, NEVER, OPEN, UNSERVED, Homes, Residents, declared
from demandsim.scenario.base import AGE_BANDS, PLACES

if TYPE_CHECKING:
    from tests.twin.service import Service
    from tests.twin.terms import Group
    from tests.twin.town import Town

ADULT, PARTNER, CHILD = range(3)
OLDEST = 110
HOSPITAL, WARD, PRISON = PLACES.index("hospital"), PLACES.index("ward"), PLACES.index("prison")

ONE_NEED = (
    "severity", "status", "service", "since", "opened_at", "unmet", "cause", "worse_cause", "seen", "hand_off",
    "told", "helped_until",
)  # fmt: skip
"""Columns with a number for each need."""

SERVICES = ("stay_service", "wants_stay", "back_to", "awaits", "service", "hand_off")
"""Columns that hold a service's number, -1 none; here they hold the service itself, or None."""

NUMBERS = tuple(
    name
    for name, column in declared(Residents).items()
    if column.axes == "resident" and name not in (*SERVICES, "household", "next_in_home", "cell")
)


class Need:
    """One of the needs a resident can have. Cause: 1 + the agency's number, 0 none."""

    __slots__ = ("asked", "number", *ONE_NEED)

    def __init__(self, number: int) -> None:
        self.number = number
        self.asked: Service | None = None  # the service whose door it stands at this week

    def forget(self) -> None:
        """Forget what goes with a need that is gone; its place in a queue or episode is ended by serve."""
        self.cause = self.worse_cause = self.unmet = self.seen = self.told = 0
        self.hand_off: Service | None = None

    def leave_queue(self) -> None:
        """Be served and waited for by nobody."""
        self.status = UNSERVED
        self.service: Service | None = None

    def blame(self, agency: int) -> None:
        """Take an agency as the cause, if the need is real and has none: the first stays."""
        if self.severity > 0 and self.cause == 0:
            self.cause = agency + 1

    def helped_for(self, until: int) -> None:
        """Have lowered chances up to that week at least."""
        self.helped_until = max(self.helped_until, until)


class Home:
    """A dwelling; its members, newest first. Those who died or moved away stay on the list."""

    __slots__ = ("district", "members", "number")

    def __init__(self, number: int, district: int) -> None:
        self.number = number
        self.district = district
        self.members: list[Resident] = []

    def has_adult(self) -> bool:
        """Tell whether anybody but children is on the list and in the place."""
        return any(member.here and member.role != CHILD for member in self.members)


class Resident(mesa.Agent):
    """One resident."""

    model: Town
    home: Home

    def __init__(self, model: Town, row: int) -> None:
        super().__init__(model)
        self.row = row
        self.needs = [Need(number) for number in range(len(model.scenario_needs))]
        self.stay_service: Service | None = None
        self.like: Resident | None = None  # of one who will move in: whom it is like

    @property
    def here(self) -> bool:
        """Lives in the place: not dead, not gone, not yet to come."""
        return bool(self.presence == HERE)

    @property
    def quintile(self) -> int:
        """Deprivation quintile from 0, the most deprived."""
        return int((self.decile - 1) // 2)

    @property
    def age(self) -> int:
        """Age in weeks."""
        return int(self.model.week - self.born_week)

    @property
    def years(self) -> int:
        """Age in whole years, as far as tables go."""
        return min(max(self.age // 52, 0), OLDEST)

    def grow_older(self) -> None:
        """Find the cell of age band, sex and decile that rates go by."""
        years = self.years
        band = max(at for at, first in enumerate(AGE_BANDS) if first <= years)
        self.cell = (band * 2 + self.sex) * 10 + self.decile - 1

    @property
    def at_large(self) -> bool:
        """Can go to a door: is not in hospital, on a ward or in prison."""
        return self.place not in (HOSPITAL, WARD, PRISON)

    @property
    def with_family(self) -> bool:
        """Lives with the household: at home, or housed together."""
        return self.place == 0 or self.model.terms.life.together[self.place] > 0

    def in_stay_for(self, need: Need) -> bool:
        """Is in a stay that is for this need and helps it."""
        stay = self.stay_service
        return stay is not None and self.stay_need == need.number and stay.door.helps[need.number] > 0

    def standing(self, need: Need) -> int:
        """Status of a need as doors see it: a stay that is for it and helps it counts as an open episode."""
        return OPEN if self.in_stay_for(need) else need.status

    def word(self, decision: int, item: int, name: str, **address: Any) -> int:
        """Read a word of this resident's own luck."""
        return self.model.luck.word(self.identity, decision, item, name, **address)

    def is_in(self, group: Group) -> bool:
        """Is in a group this week: by what was frozen, or by what is so now."""
        if group.number == 0:
            return True
        return bool(self.member >> group.bit & 1) if group.bit >= 0 else self.meets(group)

    def meets(self, group: Group) -> bool:
        """Meets what a group asks now."""
        return (
            group.youngest <= self.age < group.oldest
            and bool(group.sexes >> self.sex & 1)
            and bool(group.quintiles >> self.quintile & 1)
            and bool(group.districts >> self.district & 1)
            and bool(group.tenures >> self.tenure & 1)
            and bool(group.roles >> self.role & 1)
            and bool(group.places >> self.place & 1)
            and all(self._known(need, group) for need in self.needs if group.asks_needs)
            and (
                group.contact < 0 or self.last_contact[group.contact] >= self.model.week - group.contact_weeks
            )
            and (group.share < 0 or self.word(SHARE, group.share_item, "share") < group.share)
        )

    @staticmethod
    def _known(need: Need, group: Group) -> bool:
        """Tell whether a need is in the range asked, as the records show it: unseen, it is none."""
        hidden = group.sees and not group.sees & need.seen
        return group.need_low[need.number] <= (0 if hidden else need.severity) <= group.need_high[need.number]


def settle_in(town: Town, columns: Residents, homes: Homes) -> tuple[list[Resident], list[Home]]:
    """Make residents and homes from the columns as ``make_population`` gives them."""
    houses = [Home(number, int(district)) for number, district in enumerate(homes.district)]
    residents = [Resident(town, row) for row in range(columns.identity.size)]
    names = [name for name in Residents._fields if name not in ("household", "next_in_home")]
    lists = {name: getattr(columns, name).tolist() for name in names}
    for row, resident in enumerate(residents):
        resident.home = houses[int(columns.household[row])]
        for name in names:
            value = lists[name][row]
            if name in ONE_NEED:
                for need in resident.needs:
                    number = value[need.number]
                    setattr(need, name, town.service_of(number) if name in SERVICES else number)
            else:
                setattr(resident, name, town.service_of(value) if name in SERVICES else value)
    for resident, like in zip(residents, columns.next_in_home.tolist(), strict=True):
        if like >= 0 and columns.arrives_week[resident.row] > NEVER:
            resident.like = residents[like]
    for house, first in zip(houses, homes.first.tolist(), strict=True):
        while first >= 0:
            house.members.append(residents[first])
            first = int(columns.next_in_home[first])
    return residents, houses


def laid_out(residents: list[Resident]) -> dict[str, Any]:
    """Lay the residents out as columns again, each of the type the package declares."""
    following = {}
    for home in {resident.home for resident in residents}:
        for member, after in pairwise([*home.members, None]):
            following[member.row] = -1 if after is None else after.row
    columns = {}
    for name, column in declared(Residents).items():
        if name == "household":
            values: list[Any] = [resident.home.number for resident in residents]
        elif name == "next_in_home":
            values = [following.get(r.row, _row_of(r.like)) for r in residents]
        elif name in ONE_NEED:
            values = [[_number(getattr(need, name)) for need in resident.needs] for resident in residents]
        else:
            values = [_number(getattr(resident, name)) for resident in residents]
        columns[name] = np.array(values, column.dtype)
    return columns


def _row_of(like: Resident | None) -> int:
    """Give the row of the resident that one who has not moved in yet is like, -1 for none."""
    return -1 if like is None else like.row


def _number(value: Any) -> Any:
    """Give a service's number, -1 for none; a number is itself."""
    return -1 if value is None else getattr(value, "number", value)
