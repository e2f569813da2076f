"""The errors that Redress raises on purpose.

Every message carries three things: what was found, what was expected, and the remedy. Two families
suffice for every door: `InputError` (the caller can mend what was given) and `StateError` (what was
given is sound, the state of the system forbids the request). The command line turns them into exit
codes in `features.command`, the service into HTTP in `serving.problems`, and nowhere else.
"""

from __future__ import annotations

__all__ = [
    "CatalogAhead",
    "ChangedData",
    "DamagedDatabase",
    "DamagedModel",
    "DeliveryNotDead",
    "EditConflict",
    "FiguresDiffer",
    "InputError",
    "InvalidAppeal",
    "InvalidConfig",
    "InvalidDate",
    "InvalidMapping",
    "InvalidMerge",
    "InvalidSetting",
    "InvalidUser",
    "LimitsPassed",
    "MergedTheme",
    "MissingExtra",
    "NewerDatabase",
    "NoAppeals",
    "NoCard",
    "NoChampion",
    "NoDecidedAppeals",
    "NoDiscovery",
    "NoScores",
    "NoSuchAlarm",
    "NoSuchDelivery",
    "NoSuchKey",
    "NoSuchRun",
    "NoSuchTheme",
    "NoSuchUser",
    "NoSuchVersion",
    "OneOutcomeOnly",
    "PromotionRefused",
    "RedressError",
    "RollbackRefused",
    "SearchFinished",
    "SearchRunning",
    "StateError",
    "TooFewDecisions",
    "UndeliveredMessage",
    "UnfitStore",
    "UnknownColumn",
    "UnreachableDatabase",
    "UnreadableFile",
    "UnrecordedRun",
    "UnusableAddress",
    "UnwritableFile",
    "UnwritableFolder",
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


class UnwritableFolder(InputError):
    """A folder cannot be written into, or holds what must not be written over."""


class UnwritableFile(InputError):
    """A file that is to be written cannot be."""


class InvalidMapping(InputError):
    """A column mapping does not say what it must, or says it wrongly."""


class InvalidConfig(InputError):
    """A training configuration has an unknown key, or a value out of range."""


class UnknownColumn(InvalidMapping):
    """A column mapping names a column that the table does not have."""


class InvalidDate(InputError):
    """A date that cannot be read, or that cannot be."""


class NoDecidedAppeals(InputError):
    """There is no decided appeal to learn from."""


class NoAppeals(InputError):
    """There is no appeal in the window that was asked for."""


class OneOutcomeOnly(InputError):
    """All decisions went the same way: there is nothing to tell apart."""


class TooFewDecisions(InputError):
    """Fewer decisions than an honest fit needs."""


class NoScores(InputError):
    """There is no score to look at: no model serves, or it has scored nothing in the time asked."""


class InvalidAppeal(InputError):
    """An appeal that does not fit the model that is to score it."""


class NoSuchKey(InputError):
    """An API key that was never made."""


class InvalidUser(InputError):
    """A user who cannot be added: the name, or the password, cannot be used."""


class NoSuchUser(InputError):
    """A user who was never added."""


class NoSuchDelivery(InputError):
    """A webhook message that was never put in line."""


class DeliveryNotDead(InputError):
    """A webhook message that was delivered, or is in line already."""


class NoSuchAlarm(InputError):
    """An alarm that was never raised, or was taken back."""


class NoSuchTheme(InputError):
    """A theme that the catalogue does not hold, or that too few subjects stand behind."""


class InvalidMerge(InputError):
    """Themes that cannot be merged: one is the other already, or nobody looks for it."""


class NoSuchVersion(InputError):
    """A model version that the registry does not hold."""


class NoSuchRun(InputError):
    """A run that MLflow does not hold, or that is no training's."""


class ChangedData(InputError):
    """The data of a run are not there any more as they were."""


class InvalidSetting(InputError):
    """A setting, read from the environment, that cannot be used."""


class MissingExtra(InputError):
    """A setting asks for a package that is an extra, and not installed."""


class StateError(RedressError):
    """The request is sound, but the state of the system forbids it (exit 1, HTTP 409 or 503)."""


class NoChampion(StateError):
    """No model has been promoted yet."""


class NoCard(StateError):
    """No card has been made of a model version, or none that can be read."""


class NoDiscovery(StateError):
    """No discovery has been made yet."""


class DamagedModel(StateError):
    """A model's files are not the ones that were registered."""


class PromotionRefused(StateError):
    """The challenger did not pass the gate."""


class RollbackRefused(StateError):
    """There is no former champion to go back to, or not the one that was named."""


class SearchFinished(StateError):
    """A search has made all trials asked for, and given its model."""


class SearchRunning(StateError):
    """Another command is making the same search."""


class LimitsPassed(StateError):
    """What is scored, or how well it is, has moved past the limits that were set."""


class UnfitStore(StateError):
    """The model registry's store was made by another version of MLflow."""


class FiguresDiffer(StateError):
    """A repeated run has not given the figures that it gave before."""


class DamagedDatabase(StateError):
    """The database is not one, or its tables are not those that Redress made."""


class NewerDatabase(StateError):
    """The database's schema was made by a later version of Redress."""


class UnreachableDatabase(StateError):
    """The database does not answer."""


class CatalogAhead(StateError):
    """The catalogue has moved on from where a discovery began."""


class MergedTheme(StateError):
    """A theme that people have merged into another, which is the one to change."""


class EditConflict(StateError):
    """Somebody else has changed a theme in the meantime."""


class UnrecordedRun(StateError):
    """What was done is kept, but its run could not be logged."""


class UndeliveredMessage(StateError):
    """A webhook message was sent, and not taken."""


class UnusableAddress(StateError):
    """An address that cannot be listened on, or is listened on already."""
