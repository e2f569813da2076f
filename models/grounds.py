"""What is declared for the report to the regulator: of policies the ground, of actions the kind."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import yaml
from pydantic import Field

from features.errors import InvalidMapping
from features.faults import read_record
from features.schema import Contract, Label

__all__ = ["FILE", "OTHER", "Basis", "Contested", "Ground", "Grounds", "read_grounds"]

FILE: Final = "dsa.yaml"
"""Name of the file in the home folder."""
_MOST_BYTES: Final = 1_000_000


class Ground(StrEnum):
    """Why something was enforced (EU DSA, Art. 17(3)(d) and (e))."""

    ILLEGAL = "illegal"
    INCOMPATIBLE = "incompatible"
    OTHER = "other"
    """What is not declared."""


class Contested(StrEnum):
    """The kinds of decision that a complaint may be about (EU DSA, Art. 20(1)).

    They are the rows of table 7 of the template for transparency reports, in its order
    (Implementing Regulation (EU) 2024/2835, Annex I).
    """

    VISIBILITY = "visibility"
    """Information removed, disabled, or shown less."""
    SERVICE = "service"
    """The provision of the service suspended or terminated, in whole or in part."""
    ACCOUNT = "account"
    """An account suspended or terminated."""
    MONETISATION = "monetisation"
    """Money held back, or the ability to earn it restricted."""
    NOTICE = "notice"
    """No action taken on a notice (Art. 16)."""
    FLAGGER_NOTICE = "flagger_notice"
    """No action taken on a notice of a trusted flagger (Art. 22)."""
    OTHER = "other"
    """None of these: such complaints are in the total alone."""


class Basis(Contract):
    """The ground and the category of a policy."""

    ground: Ground
    category: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,99}$")]


OTHER: Final = Basis(ground=Ground.OTHER, category="other")


class Grounds(Contract):
    """What is declared, by policy and by action; and the name of the service, for the template."""

    policies: dict[Label, Basis]
    actions: dict[Label, Contested] = Field(default_factory=dict)
    service: Annotated[str, Field(max_length=200)] = ""

    def of(self, policy: str | None) -> Basis:
        """Give the basis of a policy; `OTHER` where it is not declared."""
        return OTHER if policy is None else self._declared.get(policy, OTHER)

    def undeclared(self, policies: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
        """Name the policies that are not declared, with their complaints, the most first."""
        rest = [(name, count) for name, count in policies.items() if name not in self._declared]
        return tuple(sorted(rest, key=lambda one: (-one[1], one[0])))

    def contested(self, action: str | None) -> Contested | None:
        """Give the kind of decision that an action is; None where it is not declared."""
        return None if action is None else self.actions.get(action)

    def unplaced(self, actions: Mapping[str, int]) -> tuple[str, ...]:
        """Name the actions whose kind is not declared, that of the most complaints first."""
        rest = [(name, count) for name, count in actions.items() if name not in self.actions]
        return tuple(name for name, _ in sorted(rest, key=lambda one: (-one[1], one[0])))

    @property
    def _declared(self) -> Mapping[str, Basis]:
        return MappingProxyType(self.policies)


def read_grounds(home: Path) -> Grounds | None:
    """Read what is declared in a home folder; None where nothing is.

    Raises
    ------
    InvalidMapping
        The file is there and cannot be used.
    """
    path = home / FILE
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _unusable("it has more than a million bytes")
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unusable(f"it cannot be read ({type(error).__name__})") from error
    return _read(said)


def _read(said: object) -> Grounds:
    found = read_record(Grounds, said)
    if not isinstance(found, list):
        return found
    first = found[0]
    more = f", and {len(found) - 1} more faults" if len(found) > 1 else ""
    raise _unusable(f"at {first.pointer or '/'}: {first.detail}{more}")


def _unusable(why: str) -> InvalidMapping:
    return InvalidMapping(
        f"{FILE} in REDRESS_HOME: {why}",
        "policies, each with a ground (illegal, incompatible or other) and a category; actions,"
        f" each with a kind ({', '.join(Contested)})",
        "See examples/dsa.yaml.",
    )
