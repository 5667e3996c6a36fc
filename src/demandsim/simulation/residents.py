"""Residents, reached through Mesa's verbs at column speed."""

from __future__ import annotations

import mesa


class Resident(mesa.Agent):
    """A view of one row."""


class ResidentSet:
    """Everyone who is here."""

    def __init__(self, model):
        self.model = model
