"""No other site acts in a person's name: where a form came from, and the token that it carries.

The token is derived from the secret of the session (or, before it, of a cookie that the sign-in
page sets), so that it needs no keeping: OWASP's HMAC-based token pattern.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from serving.problems import Problem

FIELD: Final = "token"
"""The field of every form that carries the token."""
_OWN_SITES: Final = frozenset({"same-origin", "none"})


def token_of(secret: str, purpose: str = "form") -> str:
    """Derive a token from a secret that only this browser and the server know."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256).hex()


def carries_token(secret: str, given: str) -> bool:
    """Tell whether a form carries the token of this session."""
    return bool(secret) and hmac.compare_digest(token_of(secret).encode(), given.encode())


def require_token(secret: str, given: str) -> None:
    """Refuse a form that does not carry the token of this session.

    Raises
    ------
    Problem
        403.
    """
    if not carries_token(secret, given):
        raise _refused(
            "The form did not carry the mark of your session, so nothing was done. It may have been"
            " open since before you last signed in. Go back, reload the page, and send it again."
        )


def require_own_origin(headers: Mapping[str, str]) -> None:
    """Refuse a form that another site sent.

    Browsers say so in Sec-Fetch-Site, older ones in Origin. Where neither is sent it is no browser
    of the last years, and the token decides alone.

    Raises
    ------
    Problem
        403.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        own = site in _OWN_SITES
    else:
        origin = headers.get("origin")
        own = origin is None or urlsplit(origin).netloc == headers.get("host", "")
    if not own:
        raise _refused("Another site sent this form, so nothing was done.")


def is_own_form(headers: Mapping[str, str]) -> bool:
    """Tell whether the browser itself says that one of these pages sent the form."""
    return headers.get("sec-fetch-site") == "same-origin"


def _refused(detail: str) -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, "forged-form", detail)
