"""What the address and the secrets of a webhook look like.

Neither is ever repeated in a message: the path of an address is often a secret too.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from features.errors import InvalidSetting

PREFIX: Final = "whsec_"
"""Begins a secret of Standard Webhooks; base 64 follows."""
LEAST_BYTES: Final = 24
MOST_BYTES: Final = 64
NEW_SECRET: Final = "Run `redress webhook secret` for a new one."
_HOST: Final = re.compile(r"[A-Za-z0-9._~:-]+", re.ASCII)
_PRINTED: Final = re.compile(r"[!-~]+", re.ASCII)
_ADDRESS: Final = "an address such as https://hooks.example.com/redress"


def checked_url(variable: str, url: str, example: str = _ADDRESS) -> str:
    """Give an address back if it can be one that is asked by http(s); empty, there is none.

    Raises
    ------
    InvalidSetting
        It is not of http or https, has no host, holds a user or a password, or is none at all.
    """
    fault = _fault_of(url) if url else None
    if fault is not None:
        raise InvalidSetting(f"{variable} {fault}", example, "Set it, or unset it.")
    return url


def checked_secrets(variable: str, secrets: str) -> str:
    """Give secrets back, which a space separates, if messages can be signed with each.

    Raises
    ------
    InvalidSetting
        One does not begin with `whsec_`, or is not the base 64 of 24 to 64 bytes.
    """
    for place, secret in enumerate(secrets.split(), start=1):
        if not _is_secret(secret):
            raise InvalidSetting(
                f"{variable}: secret {place} ({len(secret)} characters) is none",
                f"{PREFIX} and the base 64 of {LEAST_BYTES} to {MOST_BYTES} bytes",
                NEW_SECRET,
            )
    return " ".join(secrets.split())


def require_secret(url: str, secrets: str) -> None:
    """Refuse to send what nobody could verify.

    Raises
    ------
    InvalidSetting
        There is an address, and no secret.
    """
    if url and not secrets:
        raise InvalidSetting(
            "REDRESS_WEBHOOK_URL is set, REDRESS_WEBHOOK_SECRET is not", "both", NEW_SECRET
        )


def _fault_of(url: str) -> str | None:
    if not _PRINTED.fullmatch(url):
        return "holds a space, or a sign that is not of ASCII"
    try:
        parts = urlsplit(url)
        return _fault_of_parts(parts, parts.port)
    except ValueError:
        return "is no address"


def _fault_of_parts(parts: SplitResult, port: int | None) -> str | None:
    if parts.scheme not in ("http", "https"):
        return "is not of http or https"
    if "@" in parts.netloc:
        return "holds a user or a password"
    if not parts.hostname or not _HOST.fullmatch(parts.hostname):
        return "names no host"
    return "names port 0" if port == 0 else None


def _is_secret(secret: str) -> bool:
    if not secret.startswith(PREFIX):
        return False
    code = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError):
        return False
    # The decoder puts up with padding at the end that receivers may not.
    return LEAST_BYTES <= len(key) <= MOST_BYTES and base64.b64encode(key).decode() == code
