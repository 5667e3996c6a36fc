"""The controls at the head of the first page: a place, two worlds, their sliders, how long and how large."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
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

BOXES = {
    "residents": ("Residents simulated at first", FEWEST_RESIDENTS, MOST_RESIDENTS),
    "pairs": ("Pairs of runs: more narrow the intervals", 1, MOST_PAIRS),
    "seed": ("Seed of the first pair", 0, LAST_SEED),
}
"""Numbers to type: what each is called, and its bounds."""


@solara.component
def asking(question: Question, ask: Callable[[Question], None], version: str) -> None:
    """Let a visitor choose the place, the two worlds, and how long and how large."""
    draft, set_draft = solara.use_state(question)
    solara.use_effect(lambda: set_draft(question), [question])  # another page may have asked
    typed, set_typed = solara.use_state(dict[str, str]())
    solara.use_effect(lambda: set_typed({}), [question])
    files = at_hand(question.files, OWN.value, draft.files)
    draft = draft if all_there(draft, files) else question
    wrong = {name: read_box(name, text)[1] for name, text in typed.items()}
    no = solara.use_memo(lambda: refusal(draft), [draft])

    def choose(new: Question) -> None:
        """Take a draft; policies that do not fit its place are let go."""
        set_draft(asked(new.using(files).link(version), version)[0])

    def chosen(own: Own) -> None:
        """Take a file that was just handed over as the place, or as the second world."""
        is_place = own.kind == "scenario"
        new = replace(draft, place=own.key) if is_place else draft.with_world("second", own.key)
        set_draft(asked(new.using((*files, own)).link(version), version)[0])

    def type_in(name: str, text: str) -> None:
        """Take what was typed into a box; the draft keeps the last number that can be run."""
        set_typed({**typed, name: text})
        number = read_box(name, text)[0]
        if number is not None:
            set_draft(replace(draft, **{name: number}))

    def run() -> None:
        """Run what the boxes show, or nothing."""
        if not no and not any(wrong.values()):
            ask(draft)

    with solara.Card(margin=0):
        with solara.Columns([1, 2, 1]):
            with solara.Column(gap="0px"):
                place(draft, files, choose)
            with solara.Column(gap="0px"):
                for world in WORLDS:
                    preset(draft, world, files, set_draft)
                    adjusting(draft, world, set_draft).key(f"{world} {draft.policy(world)}")
            with solara.Column(gap="0px"):
                numbers(draft, typed, wrong, type_in)
        changed(draft, set_draft)
        uploads(chosen).key("uploads")
        if no:
            solara.HTML(tag="p", unsafe_innerHTML=element("span", no), classes=["mark"])
        stop = bool(no) or any(wrong.values())
        solara.Button("Run both worlds", color="primary", on_click=run, disabled=stop).key("run")


def at_hand(*lists: Sequence[Own]) -> tuple[Own, ...]:
    """Give every file that can be chosen once: the last of a name."""
    return tuple({(one.kind, one.key): one for files in lists for one in files}.values())


def all_there(draft: Question, files: Sequence[Own]) -> bool:
    """Tell whether the place and the policies that a draft names can be chosen."""
    return draft.place in place_titles(files) and all(
        draft.policy(world) in presets(draft.place, files) for world in WORLDS
    )


def read_box(name: str, text: str) -> tuple[int | None, str]:
    """Read a whole number as people type it, thousands parted by commas or not; or say what would do."""
    told, low, high = BOXES[name]
    plain = text.replace(",", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", plain) and low <= int(plain) <= high:
        return int(plain), ""
    given = f"{text.strip()[:20]!r} cannot be run" if text.strip() else "nothing is typed"
    return None, f"{told.partition(':')[0]}: {given}; type a whole number from {low:,} to {high:,}."


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
def numbers(
    draft: Question, typed: Mapping[str, str], wrong: Mapping[str, str], type_in: Callable[[str, str], None]
) -> None:
    """Residents, pairs and the seed, as numbers to type; what cannot be run stays, with a line that says so."""
    for name, (told, _, _) in BOXES.items():
        solara.InputText(
            told,
            typed.get(name, str(getattr(draft, name))),
            on_value=lambda text, name=name: type_in(name, text or ""),
        )
        if wrong.get(name):
            solara.HTML(
                tag="p",
                unsafe_innerHTML=element("span", wrong[name]),
                classes=["mark"],
                attributes={"role": "alert"},
            ).key(f"wrong {name}")


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
