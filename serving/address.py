"""The address that the service listens on: tried before, and announced once it answers."""

from __future__ import annotations

import ipaddress
import socket
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Final

import click

from features.errors import InvalidSetting, UnusableAddress

START_SECONDS: Final = 120.0
"""Seconds within which the service answers for the first time."""


def require_free(host: str, port: int) -> None:
    """Try an address, because the server would fail on it with a page of traceback.

    Raises
    ------
    InvalidSetting
        When the host is no IP address.
    UnusableAddress
        When something else listens there, or this machine or user may not.
    """
    family = socket.AF_INET6 if _ip(host).version == 6 else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UnusableAddress(
                f"cannot listen on {url(host, port)} ({error.strerror})",
                "an address that is free",
                "Stop what listens there, or give another --port.",
            ) from error


def announce(host: str, port: int) -> None:
    """Wait until the service answers, then say where it is."""
    local = _reached_at(host)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _lives(local, port):
            click.echo(f"Redress serves on {url(local, port)} (Ctrl+C stops it)")
            return
        time.sleep(0.1)


def url(host: str, port: int) -> str:
    """Spell the URL of an address."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _lives(host: str, port: int) -> bool:
    with closing(HTTPConnection(host, port, timeout=5)) as connection:
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def _reached_at(host: str) -> str:
    """Give the address at which this machine reaches itself when all addresses are listened on."""
    address = _ip(host)
    if not address.is_unspecified:
        return host
    return "::1" if address.version == 6 else "127.0.0.1"


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        raise InvalidSetting(
            f"the host {host!r}", "an IP address, such as 127.0.0.1 or 0.0.0.0", "Give --host."
        ) from None
