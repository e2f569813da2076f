"""Sign-in attempts, limited such that guessing is slow and nobody else is locked out."""

from __future__ import annotations

import threading
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import Final

from cachetools import TTLCache

from serving.problems import Problem

WITHIN_SECONDS: Final = 900
OF_A_NAME: Final = 5
"""Attempts that may fail with one name from one address."""
OF_AN_ADDRESS: Final = 50
"""Attempts that may fail from one address, whatever the names."""
REMEMBERED: Final = 20_000


class Attempts:
    """Counts attempts that fail, by name and address and by address, in this process.

    No name is refused as such: whoever guesses at somebody's password from elsewhere does not keep
    that person out. An IPv6 address counts with its network of 64 bits, which one household has.

    Parameters
    ----------
    within_seconds
        After which the attempts of a name, or of an address, are forgotten.
    """

    def __init__(self, within_seconds: float = WITHIN_SECONDS) -> None:
        self.within_seconds = within_seconds
        self._lock = threading.Lock()
        self._failed: TTLCache[tuple[str, str], int] = TTLCache(REMEMBERED, within_seconds)

    def begin(self, name: str, address: str) -> None:
        """Count an attempt before it is tried: many at once get no more than one after another.

        Parameters
        ----------
        name
            As of `login_of`; empty for a key, whose attempts count by address alone.
        address
            Of the browser.

        Raises
        ------
        Problem
            429 where too many have failed.
        """
        network = network_of(address)
        with self._lock:
            of_name = self._failed.get((name, network), 0) if name else 0
            of_address = self._failed.get(("", network), 0)
            if of_name >= OF_A_NAME or of_address >= OF_AN_ADDRESS:
                raise _too_many(self.within_seconds)
            if name:
                self._failed[name, network] = of_name + 1
            self._failed["", network] = of_address + 1

    def succeeded(self, name: str, address: str) -> None:
        """Take back what `begin` counted, and all that failed before with this name."""
        network = network_of(address)
        with self._lock:
            if name:
                self._failed.pop((name, network), None)
            self._failed["", network] = max(self._failed.get(("", network), 0) - 1, 0)


def network_of(address: str) -> str:
    """Give the network that an address counts with: itself, or of IPv6 its first 64 bits."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _too_many(seconds: float) -> Problem:
    minutes = round(seconds / 60)
    detail = (
        f"Too many attempts have failed from here. Wait {minutes} minutes and try again. Others,"
        " and you from another address, are not affected."
    )
    headers = {"Retry-After": str(round(seconds))}
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many-attempts", detail, headers=headers)
