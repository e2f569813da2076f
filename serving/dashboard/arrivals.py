"""Where a request came from: directly, or through a reverse proxy whose word is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.requests import Request

from features.settings import Settings

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Arrival:
    """How a request came in.

    Attributes
    ----------
    address
        Of the browser, as far as it is known.
    https
        Whether the browser speaks https: cookies are marked so.
    user
        Whom a trusted proxy names, or None.
    """

    address: str
    https: bool
    user: str | None = None


class Arrivals:
    """Reads where requests came from.

    Headers are heeded only where the connection itself comes from a proxy that the settings name;
    anybody can write them.

    Parameters
    ----------
    proxies
        Networks of the reverse proxies.
    user_header
        In which they name the user; empty: they name none.
    """

    def __init__(self, proxies: Iterable[Network] = (), user_header: str = "") -> None:
        self.proxies = tuple(proxies)
        self.user_header = user_header

    def of(self, request: Request) -> Arrival:
        """Tell how a request came in."""
        peer = request.client.host if request.client else ""
        https = request.url.scheme == "https"
        if not self._trusts(peer):
            return Arrival(peer, https)
        proto = request.headers.get("x-forwarded-proto", "").strip().lower()
        hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",")]
        outside = (hop for hop in reversed(hops) if hop and not self._trusts(hop))
        return Arrival(next(outside, peer), https or proto == "https", self._user(request))

    def _trusts(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.proxies)

    def _user(self, request: Request) -> str | None:
        named = request.headers.getlist(self.user_header) if self.user_header else []
        if len(named) != 1:  # two of them: one was not written by the proxy
            return None
        try:
            return named[0].encode("latin-1").decode().strip() or None
        except UnicodeDecodeError:
            return None


def arrivals_of(settings: Settings) -> Arrivals:
    """Read what the settings say of reverse proxies."""
    named = settings.trusted_proxies.replace(" ", "").split(",")
    return Arrivals([ip_network(one) for one in named if one], settings.user_header)
