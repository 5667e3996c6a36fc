"""The controls at the head of the first page: a place, two worlds, their sliders, how long and how large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import solara

from demandsim.analysis.pages import element
from demandsim.faces.dashboard.choices import place_titles, presets
from demandsim.faces.dashboard.own import Own
from demandsim.faces.dashboard.question import (
    FEWEST_RESIDENTS,
    LAST_SEED,
    LONGEST_YEARS,
    MOST_PAIRS,
    MOST_RESIDENTS,
    WORLDS,
    Question,
    asked,
    refusal,
)
from demandsim.faces.dashboard.sliders import adjusting
from demandsim.faces.dashboard.uploads import OWN, uploads


@solara.component
def asking(question: Question, ask: Callable[[Question], None], version: str) -> None:
    """Let a visitor choose the place, the two worlds, and how long and how large."""
    draft, set_draft = solara.use_state(question)
    solara.use_effect(lambda: set_draft(question), [question])  # another page may have asked
    files = (*question.files, *OWN.value)
    no = solara.use_memo(lambda: refusal(draft), [draft])

    def choose(new: Question) -> None:
        """Take a draft; policies that do not fit its place are let go."""
        set_draft(asked(new.using(files).link(version), version)[0])

    def chosen(own: Own) -> None:
        """Take a file that was just handed over as the place, or as the second world."""
        is_place = own.kind == "scenario"
        new = replace(draft, place=own.key) if is_place else draft.with_world("second", own.key)
        set_draft(asked(new.using((*files, own)).link(version), version)[0])

    with solara.Card(margin=0):
        with solara.Columns([1, 2, 1]):
            with solara.Column(gap="0px"):
                place(draft, files, choose)
            with solara.Column(gap="0px"):
                for world in WORLDS:
                    preset(draft, world, files, set_draft)
                    adjusting(draft, world, set_draft).key(f"{world} {draft.policy(world)}")
            with solara.Column(gap="0px"):
                numbers(draft, set_draft)
        changed(draft, set_draft)
        uploads(chosen).key("uploads")
        if no:
            solara.HTML(tag="p", unsafe_innerHTML=element("span", no), classes=["mark"])
        solara.Button("Run both worlds", color="primary", on_click=lambda: ask(draft), disabled=bool(no)).key(
            "run"
        )


@solara.component
def place(draft: Question, files: tuple[Own, ...], choose: Callable[[Question], None]) -> None:
    """The place and the years."""
    titles = place_titles(files)
    keys = {title: key for key, title in titles.items()}
    solara.Select(
        "Place",
        list(keys),
        titles[draft.place],
        on_value=lambda title: choose(
            replace(draft, place=keys[title], first_moved=(), second_moved=(), numbers=())
        ),
    )
    solara.SliderInt(
        "Years",
        draft.years,
        min=1,
        max=LONGEST_YEARS,
        on_value=lambda years: choose(replace(draft, years=years)),
        thumb_label="always",
    )


@solara.component
def preset(
    draft: Question, world: str, files: tuple[Own, ...], set_draft: Callable[[Question], None]
) -> None:
    """The policy of one world; another policy starts as it is shipped."""
    titles = presets(draft.place, files)
    keys = {title: key for key, title in titles.items()}

    def choose(title: str) -> None:
        """Take another policy."""
        set_draft(draft.with_world(world, keys[title]).using(files))

    solara.Select(WORLDS[world], list(keys), titles[draft.policy(world)], on_value=choose)


@solara.component
def numbers(draft: Question, set_draft: Callable[[Question], None]) -> None:
    """Residents, pairs and the seed, as numbers to type."""
    bounds = {
        "residents": ("Residents simulated at first", FEWEST_RESIDENTS, MOST_RESIDENTS),
        "pairs": ("Pairs of runs: more narrow the intervals", 1, MOST_PAIRS),
        "seed": ("Seed of the first pair", 0, LAST_SEED),
    }
    for name, (told, low, high) in bounds.items():
        solara.InputInt(
            told,
            getattr(draft, name),
            on_value=lambda number, name=name, low=low, high=high: set_draft(
                replace(draft, **{name: min(max(number or low, low), high)})
            ),
        )


@solara.component
def changed(draft: Question, set_draft: Callable[[Question], None]) -> None:
    """Say which numbers of the evidence are changed, and offer the way back."""
    if draft.numbers:
        with solara.Row(style={"align-items": "center"}):
            solara.HTML(
                tag="p",
                unsafe_innerHTML=element("span", numbers_said(draft)),
                classes=["soft"],
            )
            solara.Button(
                "All as published", on_click=lambda: set_draft(replace(draft, numbers=())), text=True
            )


def numbers_said(question: Question) -> str:
    """Say which numbers of the evidence are changed."""
    told = "; ".join(f"{path.replace('_', ' ')} is {value:g}" for path, value in question.numbers)
    return f"Numbers of the evidence changed: {told}."
