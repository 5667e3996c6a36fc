"""What a contact costs whom: each whole-pence rounding by hand, halves and what is left over included."""

from __future__ import annotations

import pytest
from tests.unit.simulation.scenes import changed, quiet_town

from demandsim.records.prices import Prices, prices


def priced(**settings: object) -> Prices:
    """Prices of the small town with some settings changed."""
    town = changed(quiet_town(), settings)
    return prices(town, town)


@pytest.mark.parametrize(
    ("cost", "share", "pence"), [(20.03, 0.55, 1102), (20.03, 0.5, 1002), (20.01, 0.5, 1000)]
)
def test_a_week_of_unpaid_care_is_the_nearest_penny_halves_to_the_even_one(
    cost: float, share: float, pence: int
) -> None:
    """2,003 x 0.55 = 1,101.65; 2,003 / 2 = 1,001.5; 2,001 / 2 = 1,000.5."""
    care = quiet_town().unpaid_care
    assert care is not None
    kind = quiet_town().services[care.priced_as].main_kind
    path = f"services.{care.priced_as}.kinds.{kind}.unit_cost"
    assert priced(**{path: cost, "unpaid_care.share": share}).unpaid == pence
