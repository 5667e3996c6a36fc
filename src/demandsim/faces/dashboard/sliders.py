"""The sliders of a world: opened by "Adjust", one change of its policy at a time, each with a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from demandsim.analysis.pages import Cell, element, safe
from demandsim.faces.dashboard.choices import AS_IT_IS, policy_of, scenario_of
from demandsim.faces.dashboard.levers import Lever, Moved, heading, levers, shown
from demandsim.faces.dashboard.question import WORLDS, Question

AT_ONCE = 8
"""Sliders that are shown together; a policy with more shows those of one change at a time."""
LONGEST = 90
"""Letters of a change's name in the list of changes."""


@solara.component
def adjusting(draft: Question, world: str, set_draft: Callable[[Question], None]) -> None:
    """Open and close the sliders of one world, and say which are moved."""
    opened, set_opened = solara.use_state(False)
    name = draft.policy(world)
    if name == AS_IT_IS:
        return
    moved = draft.moved(world)

    def put(new: tuple[Moved, ...]) -> None:
        """Put this world's sliders."""
        set_draft(draft.with_world(world, name, tuple(sorted(new))))

    with solara.Row(style={"align-items": "center"}):
        solara.Button(
            "Close" if opened else "Adjust",
            on_click=lambda: set_opened(not opened),
            text=True,
            attributes={
                "aria-expanded": "true" if opened else "false",
                "aria-label": f"{'Close the sliders of' if opened else 'Adjust'} {WORLDS[world]}",
            },
        )
        if moved:
            solara.Button("All as shipped", on_click=lambda: put(()), text=True)
    if opened or moved:
        known = levers(policy_of(name, draft.files), scenario_of(draft.place, draft.files))
        if moved:
            solara.HTML(tag="p", unsafe_innerHTML=told(known, moved), classes=["soft", "adjusted"]).key(
                "told"
            )
        if opened:  # with a key, so that a slider keeps the keyboard when the line above it comes
            sliders(draft, name, known, moved, put).key("sliders")


def told(known: tuple[Lever, ...], moved: tuple[Moved, ...]) -> Cell:
    """Say what is moved, and from where."""
    values = {one[:2]: one.value for one in moved}
    parts = [
        f"{lever.title}: {shown(lever, values[lever[:2]])}, shipped as {shown(lever, lever.shipped)}"
        for lever in known
        if lever[:2] in values
    ]
    return element("span", f"Adjusted. {'; '.join(parts)}.")


@solara.component
def sliders(
    draft: Question,
    name: str,
    known: tuple[Lever, ...],
    moved: tuple[Moved, ...],
    put: Callable[[tuple[Moved, ...]], None],
) -> None:
    """Show the sliders of a policy, of one change at a time where there are many."""
    policy, scenario = policy_of(name, draft.files), scenario_of(draft.place, draft.files)
    row, set_row = solara.use_state(0)
    titles = {
        at: f"{at + 1}. {heading(change, scenario)}"[:LONGEST] for at, change in enumerate(policy.change)
    }
    row = row if row in titles else 0
    if len(known) > AT_ONCE:
        keys = {title: at for at, title in titles.items()}
        solara.Select("Which change", list(keys), titles[row], on_value=lambda title: set_row(keys[title]))
    values = {one[:2]: one.value for one in moved}
    head = -1
    for lever in known:
        if len(known) > AT_ONCE and lever.row != row:
            continue
        if len(known) <= AT_ONCE and lever.row != head:
            head = lever.row
            solara.HTML(tag="p", unsafe_innerHTML=element("strong", titles[head]))

        def move(value: float, lever: Lever = lever) -> None:
            """Move one slider, and leave the others where they are."""
            others = tuple(one for one in moved if one[:2] != lever[:2])
            new = lever.within(value)
            put(others if new == lever.shipped else (*others, Moved(lever.row, lever.place, new)))

        slider(lever, values.get(lever[:2], lever.shipped), move).key(f"{name} {lever.row} {lever.place}")


@solara.component
def slider(lever: Lever, value: float, move: Callable[[float], None]) -> None:
    """One slider with a number beside it, what it is, and the way back."""
    unit = f" ({lever.unit})" if lever.unit else ""
    words = f"{safe(lever.words)} Shipped as {safe(shown(lever, lever.shipped))}."
    solara.HTML(
        tag="p",
        unsafe_innerHTML=f"{safe(lever.title)}{safe(unit)}<br><small>{words}</small>",
        style="margin: 6px 0 0",
    )
    with solara.Row(style={"align-items": "center"}, gap="12px"):
        bar = solara.v.Slider(
            v_model=value,
            min=lever.low,
            max=lever.high,
            step=lever.step,
            hide_details=True,
            attributes={"aria-label": f"{lever.title}{unit}"},
        )

        def let_go(widget: Any, event: str, data: Any) -> None:
            """Take the number the slider was left at."""
            if isinstance(data, int | float):
                move(data)

        solara.v.use_event(bar, "change", let_go)
        box = solara.InputInt if lever.whole else solara.InputFloat
        box(
            lever.unit or "number",
            round(value) if lever.whole else value,
            on_value=lambda number: move(lever.shipped if number is None else number),
            style="max-width: 12rem",
        )
        solara.Button(
            "As shipped",
            on_click=lambda: move(lever.shipped),
            text=True,
            disabled=value == lever.shipped,
            attributes={"aria-label": f"{lever.title}: as shipped"},
        )
