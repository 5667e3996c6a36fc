"""Putting people together into homes: each home a few lines about who lives with whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demandsim.kernels import kernel
from demandsim.population.pools import (
    ALONE,
    CHILD,
    KIDS,
    PARTNER,
    POOLS,
    TOP,
    YEAR,
    Gathered,
    People,
    class_of,
    join,
    near_to,
    open_home,
    take,
)


@kernel
def gather(people: People, plan: NDArray[np.int64], into: Gathered) -> int:
    """Put everyone into homes, cell by cell.

    Parameters
    ----------
    people : People
        Ages, words and groups.
    plan : int64[cell, 8]
        Homes wanted, from `plan.plan_homes`; what one cell lacks, one-person homes of the next make up.
    into : Gathered
        Filled.

    Returns
    -------
    int
        Children for whom their district has no adult; 0 wherever the place can be made.
    """
    front = np.zeros(POOLS, dtype=np.int64)
    back = np.zeros(POOLS, dtype=np.int64)
    waiting = np.full(people.age.shape[0], -1, dtype=np.int64)
    waits, owed = 0, 0
    for cell in range(plan.shape[0]):
        if cell % 10 == 0:
            owed = 0
        before = into.made[0]
        for pool in range(POOLS):
            front[pool] = people.start[cell, 2 + pool]
            back[pool] = people.start[cell, 3 + pool]
        waits = _families(people, plan, into, cell, front, back, waiting, waits)
        families_end = into.made[0]
        _grown_children(people, plan, into, cell, front, back, before, families_end)
        owed += plan[cell, 0]
        _one_person(people, into, cell, front, back, plan[cell, 5] + owed - plan[cell, 0])
        _couples(people, into, cell, front, back, plan[cell, 6])
        wanted = owed - (into.made[0] - before)
        _other_adults(people, into, cell, front, back, wanted, plan[cell, 3], before, families_end)
        made = into.made[0] - before
        owed -= made
        for place in range(waits if made else 0):
            join(into, before + place % made, waiting[place], CHILD)
        waits = 0 if made else waits
        # Children of a decile without adults move in with one of the next, or of the last in the district.
        if cell % 10 == 9 and waits:
            home = into.made[0] - 1
            if home < 0 or into.cell[home] // 10 != cell // 10:
                return waits
            for place in range(waits):
                join(into, home, waiting[place], CHILD)
            waits = 0
    return waits


@kernel
def _families(
    people: People,
    plan: NDArray[np.int64],
    into: Gathered,
    cell: int,
    front: NDArray[np.int64],
    back: NDArray[np.int64],
    waiting: NDArray[np.int64],
    waits: int,
) -> int:
    """Deal the children into families, and find each parents about 30 years older than the eldest.

    Each family has one child, and the others are dealt by draw to families whose first child is near in age:
    the number of children is then one and about a Poisson number.
    """
    start, end = people.start[cell, 0], people.start[cell, 1]
    children = end - start
    if children == 0:
        return waits
    lone, families = plan[cell, 1], plan[cell, 1] + plan[cell, 2] + plan[cell, 3]
    families = min(max(families, 1), children)
    eldest = np.full(families, -1, dtype=np.int64)
    dealt = np.empty(children, dtype=np.int64)
    reach = max(1, families // 8)
    upto = 0
    for rank in range(children):
        # Children come by age. Every so many opens a family; the others go to one opened at about their age.
        if upto < families and rank == (upto * children) // families:
            family, upto = upto, upto + 1
        else:
            aside = ((people.word[people.order[start + rank]] * (2 * reach + 1)) >> 32) - reach
            family = near_to((rank * families) // children, aside, families)
        dealt[rank] = family
        eldest[family] = max(eldest[family], rank)
    homes = np.full(families, -1, dtype=np.int64)
    for family in range(families):
        child = people.order[start + eldest[family]]
        alone = (family + 1) * lone // families > family * lone // families
        homes[family] = _parents(people, into, cell, front, back, child, alone, family % 7 == 3)
    spare = 0
    for rank in range(children):
        home = homes[dealt[rank]]
        while home < 0 and spare < families:
            home = homes[spare]
            spare += home < 0
        child = people.order[start + rank]
        if home >= 0:
            join(into, home, child, CHILD)
        else:
            waiting[waits] = child
            waits += 1
    return waits


@kernel
def _parents(
    people: People,
    into: Gathered,
    cell: int,
    front: NDArray[np.int64],
    back: NDArray[np.int64],
    child: int,
    alone: bool,
    father: bool,
) -> int:
    """Open a home for a child with a mother 18 to 41 years older and her partner, or one parent; -1: none."""
    word = people.word[child]
    years = people.age[child] // YEAR
    wanted = class_of(years + 18 + (((word & 0xFFFF) * 13) >> 16) + (((word >> 16) * 12) >> 16))
    sex = 1 if alone and father else 0
    parent = -1
    for lowest in (class_of(years + 16), KIDS):  # a parent too young is better than none
        for other in range(2):
            if parent < 0:
                parent = take(people, front, back, wanted, sex ^ other, lowest, TOP)
    if parent < 0:
        return -1
    home = open_home(into, cell, parent)
    if not alone:
        _partner(people, into, front, back, home, parent)
    return home


@kernel
def _partner(
    people: People, into: Gathered, front: NDArray[np.int64], back: NDArray[np.int64], home: int, parent: int
) -> None:
    """Find a parent a partner of about the same age, a man two years older than the woman on average."""
    sex = people.sex[parent]
    aside = (((people.word[parent] & 0xFFFF) * 9) >> 16) - 4 + (2 if sex == 0 else -2)
    near = class_of(people.age[parent] // YEAR + aside)
    partner = take(people, front, back, near, 1 - sex, max(KIDS, near - 4), min(TOP, near + 4))
    if partner < 0:
        partner = take(people, front, back, near, sex, max(KIDS, near - 4), min(TOP, near + 4))
    if partner >= 0:
        join(into, home, partner, PARTNER)


@kernel
def _grown_children(
    people: People,
    plan: NDArray[np.int64],
    into: Gathered,
    cell: int,
    front: NDArray[np.int64],
    back: NDArray[np.int64],
    families_from: int,
    families_to: int,
) -> None:
    """Leave grown children with parents: most in homes of their own kind, the rest beside younger ones.

    Three in five of the former have two parents (Census 2021, recalled).
    """
    start, end = people.start[cell, 1], people.start[cell, 2]
    grown, wanted = end - start, min(plan[cell, 4], end - start)
    opened_from, opened = into.made[0], 0
    for turn in range(wanted):
        child = people.order[start + turn * grown // wanted]
        home = _parents(people, into, cell, front, back, child, turn % 5 > 2, turn % 4 == 1)
        if home >= 0:
            join(into, home, child, CHILD)
            opened += 1
    reach, eldest = max(1, opened // 8), (families_to - families_from + 2) // 3
    for rank in range(grown):
        child = people.order[start + rank]
        if into.home[child] >= 0:
            continue
        word = people.word[child]
        home = -1
        if families_to > families_from and (opened == 0 or (word & 0xFF) < 51):
            home = families_to - 1 - ((eldest * word) >> 32)  # the families of the eldest children come last
        if opened and (home < 0 or people.age[into.first[home]] < people.age[child] + 16 * YEAR):
            aside = ((word * (2 * reach + 1)) >> 32) - reach
            home = opened_from + near_to(rank * opened // grown, aside, opened)
        if home >= 0:
            join(into, home, child, CHILD)
        else:
            open_home(into, cell, child)


@kernel
def _one_person(
    people: People, into: Gathered, cell: int, front: NDArray[np.int64], back: NDArray[np.int64], wanted: int
) -> None:
    """Let so many adults live alone, by how likely each age and sex is to; remainders run on."""
    total = 0
    for pool in range(POOLS):
        total += (back[pool] - front[pool]) * ALONE[pool % 2][pool // 2]
    if total == 0 or wanted <= 0:
        return
    so_far, given, owed = 0, 0, 0
    for pool in range(POOLS):
        here = back[pool] - front[pool]
        so_far += here * ALONE[pool % 2][pool // 2]
        upto = (2 * so_far * wanted + total) // (2 * total)
        owed += upto - given
        given = upto
        count = min(owed, here)
        owed -= count
        for _ in range(count):
            open_home(into, cell, people.order[front[pool]])
            front[pool] += 1


@kernel
def _couples(
    people: People, into: Gathered, cell: int, front: NDArray[np.int64], back: NDArray[np.int64], wanted: int
) -> None:
    """Pair women with men of their class or next to it, from the oldest down; then with men further off."""
    made = 0
    for far in (1, 3, 5):
        for place in range(TOP - KIDS + 1):
            women = 2 * (TOP - KIDS - place)
            while made < wanted and back[women] > front[women]:
                woman = people.order[back[women] - 1]
                # Two years are two fifths of a class: two women in five look one class up first.
                near = women // 2 + KIDS + (1 if made % 5 < 2 else 0)
                man = take(people, front, back, near, 1, max(KIDS, near - far), min(TOP, near + far))
                if man < 0:
                    break
                back[women] -= 1
                home = open_home(into, cell, woman)
                join(into, home, man, PARTNER)
                made += 1


@kernel
def _other_adults(
    people: People,
    into: Gathered,
    cell: int,
    front: NDArray[np.int64],
    back: NDArray[np.int64],
    wanted: int,
    further: int,
    families_from: int,
    families_to: int,
) -> None:
    """Put whoever is left together: some as further adults with families, the rest in the homes still wanted.

    Up to four share a home. Where no more homes are wanted, the last few join those of their decile.
    """
    left = 0
    for pool in range(POOLS):
        left += back[pool] - front[pool]
    made, families = into.made[0] - families_from, families_to - families_from
    further = min(further, left, families)
    homes = max(min(wanted, left - further), (left - further + 3) // 4)
    if wanted <= 0 and left <= made:
        further, families, homes = left, made, 0
    first, dealt = into.made[0], 0
    for pool in range(POOLS):
        for place in range(front[pool], back[pool]):
            person = people.order[place]
            home = first
            if dealt < further:
                home = families_from + dealt * families // further
            elif homes:
                home += (dealt - further) * homes // (left - further)
            if home == into.made[0]:
                open_home(into, cell, person)
            else:
                join(into, home, person, PARTNER)
            dealt += 1
        front[pool] = back[pool]
