"""The column mapping: which column of a foreign table is which field of the contract.

Written in YAML; every scalar is read as the text that stands there, so that `overturned: [yes]` and
`[true]` mean the words, and a column may be called `no` or `2015`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from features.cells import spelling
from features.errors import InvalidMapping
from features.schema import Detection, Outcome, Team

MAX_ATTRIBUTES: Final = 500
Name = Annotated[str, Field(min_length=1, max_length=200)]
Spelling = Annotated[str, AfterValidator(spelling)]


class Part(BaseModel):
    """A part of the mapping, which refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Part):
    """A column; `name` alone means `{column: name}`."""

    column: Name

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, given: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
        return {"column": given} if isinstance(given, str) else given


class NameSource(Source):
    """A column of names, and what each of its values is called in the contract.

    A value that `values` does not list keeps its own name.
    """

    values: Mapping[Spelling, Name] = {}


class DetectionSource(NameSource):
    """A column that says what led to the enforcement."""

    values: Mapping[Spelling, Annotated[Detection, AfterValidator(str)]] = {}


class TeamSource(NameSource):
    """A column that says where a case was escalated to."""

    values: Mapping[Spelling, Annotated[Team, AfterValidator(str)]] = {}


class MomentSource(Source):
    """A column of dates or times, in UTC where they name no zone.

    Without `unit` and `format` they are ISO 8601, or bare years. `unit` reads numbers: time since
    1970 in s, ms, us, ns or days, or a `year`, whose rows are spread evenly over it in the order of
    the digits in the column `order`. `format` is a strptime pattern.
    """

    unit: Literal["s", "ms", "us", "ns", "day", "year"] | None = None
    format: Name | None = None
    order: Name | None = None

    @model_validator(mode="after")
    def _agree(self) -> MomentSource:
        if self.unit and self.format:
            raise ValueError("has both `unit` and `format`; give one of them")
        if self.order and self.unit != "year":
            raise ValueError("has `order`, which needs `unit: year`")
        return self


class EvidenceSource(Source):
    """A column that lists the kinds of evidence, parted by a separator (or a list of its own)."""

    separator: Name = "|"


class DecisionSource(Source):
    """A column that says how an appeal ended, and the values that mean so.

    A value in neither list leaves the appeal undecided. Without `decided_at` a decision counts as
    made when the appeal was filed.
    """

    overturned: Annotated[list[Spelling], Field(min_length=1)]
    upheld: Annotated[list[Spelling], Field(min_length=1)]
    decided_at: MomentSource | None = None
    reviewer_id: Source | None = None
    escalated_to: TeamSource | None = None

    @model_validator(mode="after")
    def _tell_apart(self) -> DecisionSource:
        both = sorted(set(self.overturned) & set(self.upheld))
        if both:
            raise ValueError(f"lists {', '.join(both)} as overturned and as upheld")
        return self

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcome that each value means."""
        overturned = dict.fromkeys(self.overturned, Outcome.OVERTURNED)
        return overturned | dict.fromkeys(self.upheld, Outcome.UPHELD)


class AttributeSources(Part):
    """The columns that become attributes under their own names, by what they hold."""

    numeric: list[Name] = []
    categorical: list[Name] = []
    boolean: list[Name] = []

    @property
    def names(self) -> list[str]:
        """All of them."""
        return [*self.numeric, *self.categorical, *self.boolean]


class Columns(Part):
    """Which column is which; a column that is named nowhere is not used."""

    appeal_id: Source | None = None
    submitted_at: MomentSource | None = None
    text: Annotated[list[Name], Field(min_length=1)] | None = None
    subject_id: Source | None = None
    policy: NameSource | None = None
    action: NameSource | None = None
    market: NameSource | None = None
    language: NameSource | None = None
    detection: DetectionSource | None = None
    evidence: EvidenceSource | None = None
    attempt: Source | None = None
    stake: Source | None = None
    decision: DecisionSource | None = None
    attributes: AttributeSources = AttributeSources()

    @model_validator(mode="before")
    @classmethod
    def _one_text(cls, given: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
        if isinstance(given, dict) and isinstance(given.get("text"), str):
            return given | {"text": [given["text"]]}
        return given

    @model_validator(mode="after")
    def _only_what_was_known(self) -> Columns:
        names = self.attributes.names
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"lists the attribute {', '.join(twice)} more than once")
        if len(names) > MAX_ATTRIBUTES:
            raise ValueError(f"lists {len(names)} attributes; at most {MAX_ATTRIBUTES} are read")
        known_later = sorted(set(self._decision_columns()) & {*names, *(self.text or [])})
        if known_later:
            raise ValueError(
                f"uses {', '.join(known_later)} both for the decision and as known at filing"
            )
        return self

    @property
    def columns(self) -> list[str]:
        """Every column that the mapping names, each once."""
        moment = self.submitted_at
        named = [source.column for source in self._sources()]
        ordered = [moment.order] if moment and moment.order else []
        names = [*named, *ordered, *(self.text or []), *self.attributes.names]
        return list(dict.fromkeys([*names, *self._decision_columns()]))

    def _sources(self) -> Iterator[Source]:
        values = (getattr(self, name) for name in type(self).model_fields)
        return (value for value in values if isinstance(value, Source))

    def _decision_columns(self) -> list[str]:
        made = self.decision
        if made is None:
            return []
        sources = (made, made.decided_at, made.reviewer_id, made.escalated_to)
        return [source.column for source in sources if source is not None]


def load_mapping(path: Path) -> Columns:
    """Read a mapping from a YAML file.

    Raises
    ------
    InvalidMapping
        Missing or not YAML, a key that is unknown or stands twice, a value that cannot be.
    """
    try:
        content = yaml.load(path.read_text("utf-8-sig"), Loader=_TextLoader)
    except OSError as error:
        raise InvalidMapping(
            f"{path} cannot be read ({error.strerror})", "a YAML file", "Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidMapping(f"{path} is not UTF-8", "a YAML file in UTF-8") from error
    except yaml.YAMLError as error:
        raise InvalidMapping(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise InvalidMapping(f"{path} is nested too deeply", "a mapping of columns") from error
    return parse_mapping(content, str(path))


def parse_mapping(content: object, name: str = "the mapping") -> Columns:
    """Read a mapping from what a YAML file holds; `name` is what errors call it."""
    if not isinstance(content, dict) or not content:
        raise InvalidMapping(
            f"{name} holds no keys", "field: column, one a line", "See examples/columns/."
        )
    try:
        return Columns.model_validate(content)
    except ValidationError as error:
        # A misspelt key leaves a needed one missing as well: the misspelling is the news.
        faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
        raise _invalid(name, dict(faults[0])) from error


def closest(word: str, words: list[str]) -> str:
    """Suggest the nearest of some words, as a sentence; empty where none is near."""
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else ""


class _TextLoader(yaml.BaseLoader):
    """A YAML loader that leaves scalars as text and refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {twice[0]!r} stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep=deep)


_PARTS: Final[dict[str, type[BaseModel]]] = {
    "": Columns,
    "submitted_at": MomentSource,
    "decided_at": MomentSource,
    "detection": DetectionSource,
    "evidence": EvidenceSource,
    "decision": DecisionSource,
    "escalated_to": TeamSource,
    "attributes": AttributeSources,
    **dict.fromkeys(("policy", "action", "market", "language"), NameSource),
}


def _invalid(name: str, error: dict[str, Any]) -> InvalidMapping:
    """Tell the first fault of a mapping, with the key's place in it."""
    place = [str(part) for part in error["loc"]]
    at = f" at {'.'.join(place)}" if place else ""
    if error["type"] == "missing":
        return InvalidMapping(f"{name} lacks {'.'.join(place)}", "a value", "Add it.")
    if error["type"] == "extra_forbidden":
        *parents, key = place
        under = f" under {'.'.join(parents)}" if parents else ""
        allowed = list(_PARTS.get(parents[-1] if parents else "", Source).model_fields)
        return InvalidMapping(
            f"{name} has the unknown key {key!r}{under}",
            f"one of {', '.join(allowed)}",
            closest(key, allowed),
        )
    message = str(error["msg"]).removeprefix("Value error, ")
    return InvalidMapping(f"{name}{at}: {message}")
