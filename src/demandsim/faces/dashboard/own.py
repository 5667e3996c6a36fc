"""A visitor's own files: read strictly and in bounds, carried inside a link, and found again by their digest."""

from __future__ import annotations

import base64
import binascii
import re
import threading
import zlib
from collections import OrderedDict
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from demandsim.errors import DemandSimError, PolicyError, ScenarioError
from demandsim.scenario.files import decoded
from demandsim.scenario.policy import Policy
from demandsim.scenario.read_text import policy_from_text, scenario_from_text
from demandsim.scenario.schema import Scenario

LARGEST = {"policy": 256_000, "scenario": 2_000_000}
"""Bytes in the largest file of each kind that is taken."""
MOST_CHANGES = 200
"""Changes in a policy that is taken: each has sliders, and is checked beside every other."""
DIGITS = 12
"""Digits of its SHA-256 by which a file is named."""
MARK = "own:"
"""Before the name of a place or policy that is a visitor's own."""

_MOST_KEPT, _MOST_BYTES = 40, 16_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


class Own(NamedTuple):
    """One file of a visitor's: a policy or a scenario that can be read."""

    kind: str  # policy or scenario
    name: str
    raw: bytes

    @property
    def key(self) -> str:
        """What it is called among places or policies."""
        return f"{MARK}{self.name}"

    @property
    def digits(self) -> str:
        """The first digits of its SHA-256."""
        return sha256(self.raw).hexdigest()[:DIGITS]

    def read(self) -> Policy | Scenario:
        """Give what is in it."""
        return read_policy(self) if self.kind == "policy" else read_scenario(self)


@lru_cache(maxsize=32)
def read_policy(own: Own) -> Policy:
    """Read a policy; errors as ``policy_from_text``, and one with too many changes before any of them is looked at."""
    text = decoded(own.raw, f"{own.name}.toml")
    many = sum(line.strip().startswith("[[change]]") for line in text.splitlines())
    if many > MOST_CHANGES:
        raise PolicyError(
            f"{own.name}.toml", "change", f"has {many:,} changes", would_do=f"at most {MOST_CHANGES} are read"
        )
    return policy_from_text(text, name=own.name)


@lru_cache(maxsize=16)
def read_scenario(own: Own) -> Scenario:
    """Read a scenario; errors as ``scenario_from_text``."""
    return scenario_from_text(decoded(own.raw, f"{own.name}.toml"), name=own.name)


def taken(kind: str, filename: str, raw: bytes) -> Own:
    """Take a file that a visitor hands over.

    Parameters
    ----------
    kind
        ``policy`` or ``scenario``.
    filename
        What it is called on the visitor's machine; only letters, digits and hyphens of it are kept.
    raw
        What it holds.

    Raises
    ------
    DemandSimError
        With one line: the file, the place in it, what was given, and what would do.
    """
    name = _plain(filename)
    if len(raw) > LARGEST[kind]:
        raise ScenarioError(f"{name}.toml", "", too_large(kind))
    own = Own(kind, name, raw)
    own.read()
    SHELF.keep(own)
    return own


def too_large(kind: str) -> str:
    """Say how large a file may be."""
    return f"is too large: at most {LARGEST[kind] / 1000:,.0f} kB of a {kind} are read"


def packed(own: Own, *, whole: bool) -> str:
    """Write a file as a part of a link: ``whole``, or its name and digits alone."""
    inside = base64.urlsafe_b64encode(zlib.compress(own.raw, 9)).decode() if whole else ""
    return f"{own.kind}:{own.name}:{own.digits}:{inside}"


def unpacked(text: str) -> tuple[Own | None, str]:
    """Read a file out of a part of a link, whatever it holds.

    Returns
    -------
    tuple
        The file, or none and one line that says why not.
    """
    kind, name, digits, inside = (*text.split(":", 3), "", "", "")[:4]
    if kind not in LARGEST or not _NAME.fullmatch(name) or not re.fullmatch(r"[0-9a-f]{12}", digits):
        return None, "A file in the link cannot be read; it is left out."
    if not inside:
        own = SHELF.find(kind, name, digits)
        said = f"The file {name}.toml (SHA-256 begins {digits}) does not come with the link: add it below."
        return own, "" if own else said
    try:
        own = Own(kind, name, _opened(inside, LARGEST[kind]))
        if own.digits != digits:
            return None, f"The file {name}.toml in the link was damaged on the way; it is left out."
        own.read()
    except DemandSimError as error:
        return None, f"The file in the link is left out. {error}"
    except (ValueError, zlib.error):
        return None, f"The file {name}.toml in the link cannot be read; it is left out."
    SHELF.keep(own)
    return own, ""


def _opened(inside: str, most: int) -> bytes:
    """Open what was packed, and no more of it than a file may hold."""
    try:
        data = base64.b64decode(inside, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    opener = zlib.decompressobj()
    raw = opener.decompress(data, most)
    if not opener.eof:
        raise ValueError("cut short, or larger than a file may be")
    return raw


def _plain(filename: str) -> str:
    """Make a name of what a file is called: "My policy (2).toml" is "my-policy-2"."""
    stem = filename.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or filename
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:60] or "file"


class Shelf:
    """Files handed over lately, found by name and digest: a page that is refreshed finds what its link left out."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[str, str, str], Own] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, own: Own) -> None:
        """Put a file by; the oldest make room."""
        with self._lock:
            self._files[own.kind, own.name, own.digits] = own
            self._files.move_to_end((own.kind, own.name, own.digits))
            while len(self._files) > _MOST_KEPT or sum(map(_size, self._files.values())) > _MOST_BYTES:
                self._files.popitem(last=False)

    def find(self, kind: str, name: str, digits: str) -> Own | None:
        """Look a file up."""
        with self._lock:
            return self._files.get((kind, name, digits))


def _size(own: Own) -> int:
    """Bytes in a file."""
    return len(own.raw)


SHELF = Shelf()
"""Shared by all visitors; nobody finds a file whose digest they do not know."""
