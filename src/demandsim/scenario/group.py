"""The one group selector: who a policy, a remit, an outreach programme or a chart is about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from demandsim.scenario.base import PLACES, ROLES, SEXES, TENURES, Frozen, Key, ReadOnly, Share, Weeks

Range = Annotated[tuple[int, ...], Field(min_length=2, max_length=2)]


def _in_order(needs: dict[str, Range]) -> dict[str, Range]:
    """Sort needs by name: groups that ask the same are written alike, and frozen as one."""
    return dict(sorted(needs.items()))


class ContactWith(Frozen):
    """Had a contact with ``service`` (one that is ``remembered``) in the last ``weeks`` weeks."""

    service: Key
    weeks: Annotated[Weeks, Field(ge=1)]


class Group(Frozen):
    """Residents who meet every key given; a key's list is read as *or*; ranges include both ends.

    An empty group is everyone. ``share`` keeps that share, drawn once for life at the address of the policy's
    (or service's) name. ``fixed`` membership is frozen in the week the group first counts; ``rolling`` is
    asked anew each week.
    """

    age: Range | None = None
    sex: str | None = None
    quintile: tuple[Annotated[int, Field(ge=1, le=5)], ...] | None = None
    district: tuple[Key, ...] | None = None
    tenure: tuple[str, ...] | None = None
    role: tuple[str, ...] | None = None
    need: Annotated[dict[str, Range], AfterValidator(_in_order), *ReadOnly] = Field(default_factory=dict)
    place: tuple[str, ...] | None = None
    contact: ContactWith | None = None
    share: Share | None = None
    membership: Literal["rolling", "fixed"] = "rolling"

    @model_validator(mode="after")
    def _known_words(self) -> Group:
        for key, given, known in (
            ("sex", (self.sex,) if self.sex is not None else (), SEXES),
            ("tenure", self.tenure or (), TENURES),
            ("role", self.role or (), ROLES),
            ("place", self.place or (), PLACES),
        ):
            if wrong := [word for word in given if word not in known]:
                raise ValueError(f"{key}: no such word {wrong[0]!r}; it is one of {', '.join(known)}")
        for key, pair in (("age", self.age), *((f"need.{n}", p) for n, p in self.need.items())):
            if pair is not None and pair[0] > pair[1]:
                raise ValueError(f"{key}: the range runs backwards ({pair[0]} to {pair[1]})")
        for name, (low, high) in self.need.items():
            if low < 0 or high > 4:
                raise ValueError(f"need.{name}: severities run from 0 to 4")
        return self

    @property
    def everyone(self) -> bool:
        """True when nothing is asked."""
        return self == Group()
