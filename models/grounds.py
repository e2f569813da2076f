"""Which ground and category of a statement of reasons each policy belongs to, as declared."""

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

__all__ = ["FILE", "OTHER", "Basis", "Ground", "Grounds", "read_grounds"]

FILE: Final = "dsa.yaml"
"""Name of the file in the home folder."""
_MOST_BYTES: Final = 1_000_000


class Ground(StrEnum):
    """Why something was enforced (EU DSA, Art. 17(3)(d) and (e))."""

    ILLEGAL = "illegal"
    INCOMPATIBLE = "incompatible"
    OTHER = "other"
    """What is not declared."""


class Basis(Contract):
    """The ground and the category of a policy."""

    ground: Ground
    category: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,99}$")]


OTHER: Final = Basis(ground=Ground.OTHER, category="other")


class Grounds(Contract):
    """What is declared, by policy."""

    policies: dict[Label, Basis]

    def of(self, policy: str | None) -> Basis:
        """Give the basis of a policy; `OTHER` where it is not declared."""
        return OTHER if policy is None else self._declared.get(policy, OTHER)

    def undeclared(self, policies: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
        """Name the policies that are not declared, with their complaints, the most first."""
        rest = [(name, count) for name, count in policies.items() if name not in self._declared]
        return tuple(sorted(rest, key=lambda one: (-one[1], one[0])))

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
        "policies, each with a ground (illegal, incompatible or other) and a category",
        "See examples/dsa.yaml.",
    )
