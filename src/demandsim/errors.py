"""Every way to fail, one tree.

    DemandSimError              anything this package refuses; catch it to catch all below
    +-- UnitError               a number that its unit does not allow
    +-- EvidenceError           a number without a unit, a range or a reason
    +-- ScenarioError           a scenario file that cannot be used as it stands
    |   +-- NotYetError         a key that is reserved for a part not built yet
    |   +-- PolicyError         a policy file that cannot be used with its scenario
    +-- PopulationError         residents who cannot be made to match their place
    +-- ChanceError             two uses of chance that would share one draw
    +-- RunError                a model run wrongly: past its horizon, or with a bad seed
    +-- SaveError               a file that is not a whole saved model or record
    +-- BaselineError           a stored baseline that cannot be read, or must not be replaced
    +-- ComparisonError         two arms that differ in more than policy
    +-- ViewError               a column or view that a record does not have

The drawing is compared with the classes by a test. A message is one line: where, what was given, what would
do.
"""

from __future__ import annotations

from functools import partial

_LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """What was given, short enough for a message.

    Parameters
    ----------
    value : object
        Anything a user handed over.

    Returns
    -------
    str
        Its ``repr`` on one line, cut at 80 characters.
    """
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python refuses to write out a whole number of thousands of digits
        text = f"a very long {type(value).__name__}"
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."


class DemandSimError(Exception):
    """Anything this package refuses to do."""


class UnitError(DemandSimError):
    """A number that its unit does not allow."""


class EvidenceError(DemandSimError):
    """A number without a unit, a range or a reason."""


class ScenarioError(DemandSimError):
    """A scenario file that cannot be used as it stands.

    The message is one line, such as ``essex.toml [services.x]: no setting 'treshold'; did you mean
    'threshold'?``.

    Parameters
    ----------
    file : str
        The file's name, as the user gave it.
    place : str
        The table and key in the file, joined by dots; "" if the trouble is with the whole file.
    problem : str
        What is wrong, in a few words.
    given : object, optional
        What stood there. Added to the message unless `problem` already quotes it.
    would_do : str, optional
        What would be accepted, or the nearest name.
    """

    def __init__(
        self, file: str, place: str, problem: str, *, given: object = None, would_do: str | None = None
    ) -> None:
        self.file = file
        self.place = place
        self.problem = problem
        self.given = given
        self.would_do = would_do
        super().__init__(self._message())

    def _message(self) -> str:
        """Join the parts into one line."""
        where = f"{self.file} [{self.place}]" if self.place else self.file
        what = self.problem
        if self.given is not None and shown(self.given) not in what:
            what += f", given {shown(self.given)}"
        if self.would_do:
            what += f"; {self.would_do}"
        return " ".join(f"{where}: {what}".split())

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes whole: an exception is otherwise rebuilt from its message alone."""
        rebuild = partial(type(self), given=self.given, would_do=self.would_do)
        return rebuild, (self.file, self.place, self.problem)


class NotYetError(ScenarioError):
    """A key that is reserved for a part not built yet."""


class PolicyError(ScenarioError):
    """A policy file that cannot be used with its scenario."""


class PopulationError(DemandSimError):
    """Residents who cannot be made to match their place."""


class ChanceError(DemandSimError):
    """Two uses of chance that would share one draw."""


class RunError(DemandSimError):
    """A model run wrongly: past its horizon, or with a bad seed."""


class SaveError(DemandSimError):
    """A file that is not a whole saved model or record."""


class BaselineError(DemandSimError):
    """A stored baseline that cannot be read, or must not be replaced."""


class ComparisonError(DemandSimError):
    """Two arms that differ in more than policy."""


class ViewError(DemandSimError):
    """A column or view that a record does not have."""
