"""A visitor's own files: what will do is taken, what will not is refused in a line, and a link carries them whole."""

from __future__ import annotations

import base64
import time
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import demandsim as ds
from demandsim.faces.dashboard import choices, own
from demandsim.faces.dashboard.own import LARGEST, SHELF, Own, Shelf, packed, taken, unpacked
from demandsim.faces.dashboard.uploads import handed
from demandsim.scenario.files import shipped

POLICY = (shipped() / "policies" / "small-town-council-saves.toml").read_bytes()
TOWN = b"extends = 'small-town'\ntitle = 'A town of mine'\n"


def test_a_good_file_is_taken_and_read() -> None:
    policy = taken("policy", "C:\\papers\\My Policy (2).toml", POLICY)
    assert (policy.name, policy.key) == ("my-policy-2", "own:my-policy-2")
    read = policy.read()
    assert isinstance(read, ds.Policy)
    assert read.change == ds.read_policy("small-town-council-saves").change
    place = taken("scenario", "town.toml", TOWN).read()
    assert isinstance(place, ds.Scenario)
    assert place.title == "A town of mine"


@pytest.mark.parametrize(
    ("kind", "raw", "part"),
    [
        ("policy", b"x" * 256_001, "too large: at most 256 kB of a policy"),
        ("scenario", b"x" * 2_000_001, "too large: at most 2,000 kB of a scenario"),
        ("policy", b"", "is empty"),
        ("policy", b"\xff\xfe\x00", "binary"),
        ("policy", b"title = '\xe9'", "is not UTF-8 text (byte 9)"),
        ("policy", b"\x89PNG\r\n", "is not UTF-8 text"),
        ("policy", b"hello there", "is not TOML"),
        ("policy", TOWN, "no setting 'extends'"),
        ("scenario", POLICY, "no setting 'source'"),
        ("scenario", b"extends = '/etc/passwd'", "the name of one that is shipped"),
    ],
)
def test_what_will_not_do_is_refused_in_a_line(kind: str, raw: bytes, part: str) -> None:
    with pytest.raises(ds.DemandSimError) as refused:
        taken(kind, "mine.toml", raw)
    assert part in str(refused.value)
    assert str(refused.value).startswith("mine.toml")
    assert "\n" not in str(refused.value)


def test_a_policy_of_too_many_changes_is_refused_at_once() -> None:
    change = b'\n[[change]]\nclose = "home_care"\n'
    begun = time.monotonic()
    with pytest.raises(ds.PolicyError) as refused:
        taken("policy", "mine.toml", POLICY + change * 3_000)
    assert time.monotonic() - begun < 1, "no change is looked at"
    assert str(refused.value).startswith("mine.toml [change]: has 3,0")
    assert str(refused.value).endswith("changes; at most 200 are read")


def test_whether_an_own_policy_fits_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    file = taken("policy", "asked-often.toml", POLICY)
    tried: list[object] = []
    check = choices.check_together
    monkeypatch.setattr(choices, "check_together", lambda *given: [tried.append(given), check(*given)][1])
    choices.presets("small-town", [file])
    first = len(tried)
    for _ in range(5):
        assert file.key in choices.presets("small-town", [file])
    assert len(tried) == first


@given(st.binary(max_size=400), st.text(max_size=30), st.sampled_from(sorted(LARGEST)))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_bytes_of_any_kind_are_taken_or_refused(raw: bytes, name: str, kind: str) -> None:
    with suppress(ds.DemandSimError):
        taken(kind, name, raw)


@given(
    st.one_of(
        st.none(),
        st.text(max_size=10),
        st.dictionaries(
            st.sampled_from(["name", "size", "data"]),
            st.one_of(st.none(), st.integers(), st.text(max_size=30), st.lists(st.integers(), max_size=2)),
        ),
    )
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_whatever_a_page_sends_is_refused_in_a_line(given: object) -> None:
    with pytest.raises(ds.DemandSimError):
        handed("policy", given)


def test_what_a_page_sends_is_taken() -> None:
    sent = {"name": "mine.toml", "size": len(POLICY), "data": base64.b64encode(POLICY).decode()}
    assert handed("policy", sent).raw == POLICY
    with pytest.raises(ds.DemandSimError, match="too large"):
        handed("policy", {"name": "mine.toml", "size": 256_001, "data": ""})
    with pytest.raises(ds.DemandSimError, match="too large"):
        handed("policy", {"name": "mine.toml", "size": 1, "data": "A" * 400_000})


def test_a_link_carries_a_file_whole() -> None:
    for file in (taken("policy", "mine.toml", POLICY), taken("scenario", "town.toml", TOWN)):
        assert unpacked(packed(file, whole=True)) == (file, "")


def test_a_file_too_large_for_a_link_is_found_again_by_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    file = taken("policy", "mine.toml", POLICY)
    named = packed(file, whole=False)
    assert named == f"policy:mine:{file.digits}:"
    assert unpacked(named) == (file, "")
    monkeypatch.setattr(own, "SHELF", Shelf())  # another server
    found, said = unpacked(named)
    assert found is None
    assert (
        said
        == f"The file mine.toml (SHA-256 begins {file.digits}) does not come with the link: add it below."
    )


def wrapped(raw: bytes, *, digits: str = "0" * 12) -> str:
    """Pack bytes as a link would."""
    return f"policy:mine:{digits}:{base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode()}"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "cannot be read"),
        ("policy", "cannot be read"),
        ("policy:../../etc:000000000000:", "cannot be read"),
        ("policy:mine:00000000000g:", "cannot be read"),
        ("policy:mine:000000000000:****", "cannot be read"),
        ("policy:mine:000000000000:AAAA", "cannot be read"),
        (wrapped(b"0" * 50_000_000), "cannot be read"),
        (wrapped(POLICY)[:-40], "cannot be read"),
        (wrapped(POLICY), "was damaged on the way"),
        (wrapped(b"hello", digits="2cf24dba5fb0"), "is not TOML"),
    ],
)
def test_what_cannot_be_unpacked_is_left_out_and_said(text: str, part: str) -> None:
    found, said = unpacked(text)
    assert found is None
    assert part in said


def test_no_more_of_a_bomb_is_opened_than_a_file_may_hold() -> None:
    import tracemalloc

    bomb = wrapped(b"0" * 200_000_000)
    tracemalloc.start()
    unpacked(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4_000_000


def test_the_shelf_holds_a_few_files_and_lets_the_oldest_go() -> None:
    shelf = Shelf()
    files = [Own("scenario", f"n{number}", bytes([65 + number]) * 1_900_000) for number in range(12)]
    for file in files:
        shelf.keep(file)
    assert shelf.find("scenario", "n0", files[0].digits) is None
    assert shelf.find("scenario", "n11", files[11].digits) == files[11]
    assert SHELF.find("scenario", "n11", files[11].digits) is None
