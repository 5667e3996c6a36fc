"""What the documents say is there: commands, links, words, draws, and examples that run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from demandsim.chance import USES
from demandsim.faces.cli import app
from demandsim.scenario.files import shipped
from demandsim.scenario.read import read_policy, read_scenario

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOT_RUN = "no-run"
"""Behind ``python`` at the top of a code block: an example that is not run here."""

WORDS = [
    *("resident", "household", "need", "severity", "sector", "agency", "service", "provider", "payer"),
    *("contact", "episode", "stay", "bad spell", "driver", "ticket", "referral", "hand-off", "bounce"),
    *("cause", "failure demand", "policy", "programme", "arm", "pair", "shunt", "landing", "boomerang"),
]
"""Words that keep to one meaning everywhere; the glossary has them all."""

ROW_IDS = re.compile(r"\b(?:[EFRSVW]\d\d|UC\d{3}|PB\d{3})\b")
"""Numbers of rows in working files, which readers do not have."""


def named(page: Path) -> str:
    """A page's name in the list of tests."""
    return page.relative_to(ROOT).as_posix()


def code_blocks(page: Path) -> list[tuple[str, str]]:
    """Fenced and indented code of a page, with what stands behind the fence."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"^```([^\n]*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [*fenced, *(("", block) for block in re.findall(r"(?:^ {4}\S.*\n)+", rest, flags=re.MULTILINE))]


def example_files(page: Path) -> dict[str, str]:
    """Files that a page has its reader save: code with the file's name behind ``toml``."""
    named_blocks = [(fence.split(), block) for fence, block in code_blocks(page)]
    return {
        words[1]: block
        for words, block in named_blocks
        if words[:1] == ["toml"] and words[-1].endswith(".toml")
    }


def save_examples(page: Path, folder: Path) -> None:
    """Save the files of a page."""
    for name, text in example_files(page).items():
        (folder / name).write_text(text, encoding="utf-8")


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands() -> list[tuple[str, str]]:
    """Every ``demandsim`` command in the pages' code, with its page."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = [block for _, block in code_blocks(page)] + re.findall(r"`([^`\n]+)`", text)
        for line in "\n".join(code).splitlines():
            if match := re.match(r"\s*(?:\.venv/bin/)?demandsim (\S.*)$", line):
                found.append((named(page), match[1]))
    return found


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in headings(there), target


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_jobs_are_in_the_makefile(page: Path) -> None:
    jobs = re.findall(
        r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    asked = re.findall(r"(?:^ {4}|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(asked) <= set(jobs)


def test_the_readme_shows_commands_at_all() -> None:
    assert {"show", "compare", "run", "evidence"} <= {
        line.split()[0] for page, line in commands() if page == "README.md"
    }


@pytest.mark.parametrize(("page", "line"), commands())
def test_commands_are_understood(
    page: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsed as the command line does, and not run; names of places and policies are read."""
    save_examples(ROOT / page, tmp_path)
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(line)
    group: Any = typer.main.get_command(app)
    assert name in group.commands
    if not arguments:
        return
    given = group.commands[name].make_context(name, arguments).params
    for policy in given.get("policy") or ():
        read_policy(policy)
    if given.get("scenario"):
        read_scenario(given["scenario"])
    if name == "show":
        assert list(shipped().rglob(f"{given['name']}.toml")) or Path(given["name"]).is_file()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after another, as a reader would type them."""
    save_examples(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for language, block in code_blocks(page):
        if language.split()[:1] == ["python"] and NOT_RUN not in language.split():
            exec(compile(block, named(page), "exec"), names)


def test_the_readme_has_an_example() -> None:
    assert any(language.strip() == "python" for language, _ in code_blocks(ROOT / "README.md"))


def test_shipped_policies_are_in_the_readme() -> None:
    told = set(
        re.findall(
            r"^\| `([a-z-]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    )
    there = {path.stem for path in (shipped() / "policies").glob("*.toml")}
    assert told == {name for name in there if not name.startswith("small-town")}


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_has_the_word(word: str) -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert len(re.findall(rf"^\*\*{word}\*\*\n: \S", glossary, flags=re.MULTILINE)) == 1


def test_the_model_lists_every_draw() -> None:
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    section = text.split("\n## Chance\n")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in section.splitlines()
        if line.startswith("| ")
    ]
    written = {row[0]: row[2] for row in rows[1:]}
    assert written == {
        use.name.replace("_", " "): ", ".join(word.replace("_", " ") for word in use.words if word)
        for use in USES
    }


@pytest.mark.parametrize("path", sorted((shipped() / "policies").glob("*.toml")), ids=lambda path: path.stem)
def test_policies_name_their_sources_in_words(path: Path) -> None:
    assert not ROW_IDS.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_pages_name_their_sources_in_words(page: Path) -> None:
    assert not ROW_IDS.findall(page.read_text(encoding="utf-8"))
