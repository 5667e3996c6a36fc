"""Groups as columns: numbered once, masks by word, frozen bits kept over versions."""

from __future__ import annotations

import pytest

from demandsim.agencies.grouping import MOST_FROZEN, FrozenBits, GroupTable, sector_bit, sees
from demandsim.chance import policy_item
from demandsim.errors import ScenarioError
from demandsim.scenario.group import ContactWith, Group
from demandsim.scenario.schema import Scenario


@pytest.fixture
def table(small_town: Scenario) -> GroupTable:
    """An empty table of the small town."""
    return GroupTable(small_town, FrozenBits())


def test_everyone_is_group_nought_and_equal_groups_are_one(table: GroupTable) -> None:
    assert table.add(Group(), sees=3, name="x") == 0
    number = table.add(Group(sex="female"), sees=1, name="x")
    assert number == 1
    assert table.add(Group(sex="female"), sees=2, name="y") == number, (
        "neither records nor a name matter to it"
    )


def test_a_name_tells_shares_and_frozen_groups_apart_and_records_needs(table: GroupTable) -> None:
    share = [table.add(Group(share=0.5), name=n) for n in ("x", "y", "x")]
    fixed = [table.add(Group(sex="male", membership="fixed"), name=n) for n in ("x", "y", "x")]
    need = [table.add(Group(need={"housing": (1, 3)}), sees=s) for s in (0, 1, 0)]
    for first, other, again in (share, fixed, need):
        assert first == again != other


def test_columns_hold_what_each_group_asks(table: GroupTable) -> None:
    table.add(
        Group(
            age=(16, 64),
            sex="male",
            quintile=(1, 5),
            district=("south",),
            tenure=("social", "private"),
            role=("child",),
            need={"housing": (2, 3)},
            place=("home", "prison"),
            contact=ContactWith(service="child_in_need", weeks=8),
            share=0.25,
            membership="fixed",
        ),
        sees=5,
        name="somebody",
    )
    c = table.columns()
    assert (c.youngest[1], c.oldest[1]) == (16 * 52, 65 * 52)
    assert (c.sexes[1], c.quintiles[1], c.districts[1], c.tenures[1]) == (0b10, 0b10001, 0b10, 0b110)
    assert (c.roles[1], c.places[1]) == (0b100, 1 | 1 << 9)
    assert c.need_low[1].tolist() == [0, 2, 0, 0, 0]
    assert c.need_high[1].tolist() == [4, 3, 4, 4, 4]
    assert (c.contact[1], c.contact_weeks[1]) == (1, 8)
    assert (c.share[1], c.share_item[1], c.bit[1], c.sees[1]) == (2**30, policy_item("somebody"), 0, 5)
    assert (c.sexes[0], c.quintiles[0], c.share[0], c.bit[0], c.asks_needs[0]) == (3, 31, -1, -1, 0)


def test_a_frozen_group_keeps_its_bit_in_every_version_and_there_is_room_for_62(small_town: Scenario) -> None:
    bits = FrozenBits()
    groups = [Group(age=(n, n + 1), membership="fixed") for n in range(MOST_FROZEN + 1)]
    first, later = GroupTable(small_town, bits), GroupTable(small_town, bits)
    first.add(groups[0], name="a")
    later.add(groups[1], name="a")
    later.add(groups[0], name="a")
    assert first.columns().bit.tolist() == [-1, 0]
    assert later.columns().bit.tolist() == [-1, 1, 0]
    for group in groups[:MOST_FROZEN]:
        bits.bit(group, "a", by_records=False)
    with pytest.raises(ScenarioError, match="more than 62 groups with fixed membership"):
        bits.bit(groups[-1], "a", by_records=False)


def test_an_agency_reads_its_own_sectors_records_unless_they_are_shared(small_town: Scenario) -> None:
    assert [sector_bit(s) for s in ("council", "nhs", "police", "community", "other_public")] == [
        1,
        2,
        4,
        8,
        16,
    ]
    unshared = {name: {"shared_records": 0.0} for name in small_town.agencies}
    assert sees(small_town, "council", unshared) == 1
    assert sees(small_town, "police", unshared) == 4
    shared = {**unshared, "police": {"shared_records": 0.1}}
    assert sees(small_town, "police", shared) == 31, "once they have effect: the lag is in the strengths"
    assert sees(small_town, "council", shared) == 1


def test_a_frozen_group_asked_of_records_is_another_than_of_needs_themselves() -> None:
    bits, group = FrozenBits(), Group(need={"housing": (1, 4)}, membership="fixed")
    numbers = [bits.bit(group, "a", by_records=each) for each in (False, True, False)]
    assert numbers == [0, 1, 0]
