"""What several kinds of test share: where the checkout is, and the small town."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import demandsim as ds


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top folder of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def package(repository: Path) -> Path:
    """The folder that holds the package's source."""
    return repository / "src" / "demandsim"


@pytest.fixture(scope="session")
def small_town() -> ds.Scenario:
    """The small invented place, in which every rule runs; frozen, so one copy serves every test."""
    import demandsim as ds

    return ds.read_scenario("small-town")
