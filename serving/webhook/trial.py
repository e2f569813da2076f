"""A message that tells nothing: to see whether the receiver takes and verifies one."""

from __future__ import annotations

import json
import secrets
import threading
from datetime import datetime
from typing import Final

from serving.webhook.posting import Receiver
from serving.webhook.schedule import Answer

TEST_EVENT: Final = "webhook.test"


def send_test(receiver: Receiver, now: datetime) -> tuple[str, Answer]:
    """Send one at once, past the outbox and once only; give its id and what came back."""
    message_id = f"test_{secrets.token_hex(12)}"
    told = {"type": TEST_EVENT, "timestamp": now.isoformat(timespec="seconds"), "data": {}}
    return message_id, receiver.post(message_id, json.dumps(told), now, threading.Event())
