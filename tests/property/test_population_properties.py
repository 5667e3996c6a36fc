"""Residents of places nobody thought of: everybody counted once, every child with an adult."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.population.places import place, scenario

from demandsim.population.columns import NEVER
from demandsim.population.make import make_population, sizes
from demandsim.population.margins import UNIT, people_counts, rounded_row, running_split
from demandsim.scenario.place import District, Households, Place
from demandsim.units import WEEKS_A_YEAR


@st.composite
def districts(draw: st.DrawFn) -> District:
    """A district of any age and decile structure that has adults."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 1_000, (10, 19)) * (rng.random((10, 19)) < draw(st.sampled_from([0.3, 1.0])))
    people[:, 8] += 1
    social, private = draw(st.floats(0.05, 0.4)), draw(st.floats(0.05, 0.4))
    return District(
        title="Anywhere",
        population=draw(st.integers(20_000, 200_000)),
        households=draw(st.integers(5_000, 60_000)),
        tenure=(1 - social - private, social, private),
        growth=draw(st.floats(-0.05, 0.05)),
        people=tuple(tuple(float(cell) for cell in row) for row in people),
    )


@st.composite
def places(draw: st.DrawFn) -> Place:
    """A place of one to four such districts, with households of any make-up."""
    parts = np.array(draw(st.lists(st.integers(0, 20), min_size=5, max_size=5))) + 1
    shares = parts / parts.sum()
    households = Households(
        one_person=float(shares[0]),
        couple=float(shares[1]),
        couple_with_children=float(shares[2]),
        lone_parent=float(shares[3]),
        benefit=(0.0, 0.6, 0.3),
    )
    several = {f"d{number}": draw(districts()) for number in range(draw(st.integers(1, 4)))}
    return place("essex").model_copy(update={"districts": several, "households": households})


@settings(max_examples=60, deadline=None)
@given(of=places(), residents=st.integers(500, 3_000), seed=st.integers(0, 2**63 - 1))
def test_any_place_is_made_whole(of: Place, residents: int, seed: int) -> None:
    people, homes = make_population(scenario(of, residents, 30), seed)
    count = sizes(people, homes)
    here = people.arrives_week == NEVER
    assert here.sum() == residents == count.residents
    years = (np.where(here, 0, people.arrives_week) - people.born_week) // WEEKS_A_YEAR
    assert years.min() >= 0
    assert years.max() < 101
    heads = homes.first[people.household[here]]
    assert (years[heads] >= 18).all()
    assert (people.role[(years < 18)] == 2).all()
    assert people.grade.max() < 64
    assert set(np.unique(people.tenure)) <= {0, 1, 2}
    row, met = homes.first[homes.first >= 0], 0
    while row.size:
        met += row.size
        row = people.next_in_home[row]
        row = row[row >= 0]
    assert met == residents


@settings(max_examples=60, deadline=None)
@given(of=places(), residents=st.integers(500, 1_600_000))
def test_counts_add_up_and_stay_near_their_share(of: Place, residents: int) -> None:
    counts = people_counts(of, residents)
    each = list(of.districts.values())
    table = np.array([np.array(d.people) * d.population / np.sum(d.people) for d in each])
    exact = table * residents / table.sum()
    assert counts.sum() == residents
    assert counts.min() >= 0
    assert np.abs(counts.sum(axis=(1, 2, 3)) - exact.sum(axis=(1, 2))).max() <= 1
    assert np.abs(counts.sum(axis=(2, 3)) - exact.sum(axis=2)).max() <= 2


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.integers(0, 10**7))
def test_a_running_split_adds_up(weights: list[int], total: int) -> None:
    parts = running_split(weights, total)
    assert sum(parts) == (total if sum(weights) else 0)
    assert min(parts) >= 0


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=19).filter(any), st.integers(0, 10_000))
def test_a_rounded_row_is_each_part_rounded_down_or_up(weights: list[int], total: int) -> None:
    exact = [weight * total * UNIT // sum(weights) for weight in weights]
    row = rounded_row(exact, total, [[0] * len(exact)])
    assert sum(row) == total
    assert all(part // UNIT <= whole <= part // UNIT + 1 for part, whole in zip(exact, row, strict=True))
