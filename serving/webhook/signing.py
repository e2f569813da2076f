"""The headers of a message, by Standard Webhooks 1.0 (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from standardwebhooks import Webhook

from features.webhook import PREFIX

SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Make a secret: `whsec_` and the base 64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(secret: str, message_id: str, body: str, now: datetime) -> dict[str, str]:
    """Give the headers with which a message is sent.

    The signature is the HMAC-SHA256 of `{id}.{timestamp}.{body}`, where the body is what is sent,
    byte for byte in UTF-8.

    Parameters
    ----------
    secret
        One secret, or two with a space between: then there is a signature of each.
    message_id
        The same for every attempt: by it a receiver knows a message that comes twice.
    now
        The time of this attempt; receivers refuse one that is more than minutes old.
    """
    moment = now.astimezone(UTC)
    signatures = (Webhook(one).sign(message_id, moment, body) for one in secret.split())
    return {
        "content-type": "application/json",
        "user-agent": f"redress/{version('redress')}",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
