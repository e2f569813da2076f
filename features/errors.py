"""The errors that Redress raises on purpose.

Every message carries three things: what was found, what was expected, and the remedy. Two families
suffice for every door: `InputError` (the caller can mend what was given) and `StateError` (what was
given is sound, the state of the system forbids the request). The command line turns them into exit
codes in `features.command`, the service into HTTP in `serving.problems`, and nowhere else.
"""

from __future__ import annotations

__all__ = [
    "DamagedModel",
    "InputError",
    "InvalidAppeal",
    "InvalidDate",
    "InvalidMapping",
    "NoChampion",
    "NoDecidedAppeals",
    "NoSuchVersion",
    "OneOutcomeOnly",
    "PromotionRefused",
    "RedressError",
    "StateError",
    "TooFewDecisions",
    "UnknownColumn",
    "UnreadableFile",
]


class RedressError(Exception):
    """An error with its remedy.

    Parameters
    ----------
    found
        What was there, with the offending value.
    expected
        What would have been accepted; empty where `found` says it all.
    remedy
        What the reader can do about it, as a sentence.
    """

    def __init__(self, found: str, expected: str = "", remedy: str = "") -> None:
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(found, expected, remedy)

    def __str__(self) -> str:
        """Give the whole message on one line."""
        expectation = f"; expected {self.expected}" if self.expected else ""
        remedy = f". {self.remedy}" if self.remedy else ""
        return f"{self.found}{expectation}{remedy}"


class InputError(RedressError):
    """What was given cannot be used; the caller can mend it (exit 2, HTTP 4xx)."""


class UnreadableFile(InputError):
    """A file is missing, of an unknown kind, or broken."""


class InvalidMapping(InputError):
    """A column mapping does not say what it must, or says it wrongly."""


class UnknownColumn(InvalidMapping):
    """A column mapping names a column that the table does not have."""


class InvalidDate(InputError):
    """A date that cannot be read, or that cannot be."""


class NoDecidedAppeals(InputError):
    """There is no decided appeal to learn from."""


class OneOutcomeOnly(InputError):
    """All decisions went the same way: there is nothing to tell apart."""


class TooFewDecisions(InputError):
    """Fewer decisions than an honest fit needs."""


class InvalidAppeal(InputError):
    """An appeal that does not fit the model that is to score it."""


class NoSuchVersion(InputError):
    """A model version that the registry does not hold."""


class StateError(RedressError):
    """The request is sound, but the state of the system forbids it (exit 1, HTTP 409 or 503)."""


class NoChampion(StateError):
    """No model has been promoted yet."""


class DamagedModel(StateError):
    """A model's files are not the ones that were registered."""


class PromotionRefused(StateError):
    """The challenger did not pass the gate."""
