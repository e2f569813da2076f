"""The sender: takes what is due from the outbox, sends it, and writes down what came of it."""

from __future__ import annotations

import logging
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine

from features.errors import RedressError
from features.settings import Settings
from serving.watch import Watch
from serving.webhook.outbox import Delivery, Outbox
from serving.webhook.posting import STOPPED, Receiver, receiver_of
from serving.webhook.schedule import STALE, UNSENT, Answer, Outcome, Verdict, judge

LOOK_SECONDS: Final = 5.0
"""Seconds between two looks at the outbox: the first pause is no shorter."""
logger = logging.getLogger("redress.serving")


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


class Sender:
    """Sends what is due, in a thread of its own or when asked. Any number of them may run at once.

    Parameters
    ----------
    outbox
        Where the messages are.
    receiver
        Where they go.
    count
        Told of every outcome.
    clock
        Gives the time, aware.
    draw
        Gives a random number from 0 to 1, for the pauses.
    look_seconds
        Between two looks of the thread.
    """

    def __init__(
        self,
        outbox: Outbox,
        receiver: Receiver,
        count: Callable[[Outcome], None],
        *,
        clock: Callable[[], datetime] = utc_now,
        draw: Callable[[], float] = random.random,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.outbox = outbox
        self.receiver = receiver
        self.count = count
        self.clock = clock
        self.draw = draw
        self.failures = 0
        self._stopped = threading.Event()
        self._told = ""
        self._watch = Watch("webhook", self.look, self._fail, look_seconds)

    def send_due(self) -> Counter[Outcome]:
        """Send what is due now, one after the other; give the number of each outcome."""
        began, outcomes = self.clock(), Counter[Outcome]()
        while not self._stopped.is_set():
            delivery = self.outbox.claim(began, self.clock())
            if delivery is None:
                break
            outcomes.update(self._send(delivery))
        return outcomes

    def look(self) -> None:
        """Look at the outbox once."""
        self.send_due()
        self._told = ""

    def start(self) -> None:
        """Begin to look, at once and then every few seconds."""
        self._watch.start()

    def stop(self) -> None:
        """Stop; an attempt that has begun is cut short, and made again by whoever comes next."""
        self._stopped.set()
        self._watch.stop()

    def _send(self, delivery: Delivery) -> list[Outcome]:
        """Make one attempt; give what came of it, if that counts."""
        answer = self._answer_to(delivery)
        if answer is STOPPED:
            self.outbox.release(delivery)
            return []
        now = self.clock()
        verdict = judge(answer, delivery.attempts, delivery.created_at, now, self.draw())
        if not self.outbox.record(delivery, answer, verdict):
            return []
        self._tell(delivery, answer, verdict)
        return [verdict.outcome]

    def _answer_to(self, delivery: Delivery) -> Answer:
        now = self.clock()
        if now - delivery.created_at >= STALE:
            return UNSENT
        return self.receiver.post(delivery.delivery_id, delivery.body, now, self._stopped)

    def _tell(self, delivery: Delivery, answer: Answer, verdict: Verdict) -> None:
        self.count(verdict.outcome)
        logger.log(
            logging.ERROR if verdict.outcome is Outcome.DEAD else logging.INFO,
            "webhook message=%s alarm=%s event=%s attempt=%d: %s (%s)",
            delivery.delivery_id,
            delivery.alarm_id,
            delivery.event,
            delivery.attempts,
            verdict.outcome,
            answer.told,
        )

    def _fail(self, error: Exception) -> None:
        """Log a failure once: the same one may come again with every look."""
        # The messages of Redress' own errors name ids and folders only.
        told = str(error) if isinstance(error, RedressError) else type(error).__qualname__
        if told != self._told:
            self._told = told
            logger.error("cannot look for webhook messages (%s); trying again", told)
        self.failures += 1


class Mute:
    """The sender of a service without a receiver: messages stay in the outbox."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


def sender_of(
    engine: Engine, settings: Settings, count: Callable[[Outcome], None]
) -> Sender | Mute:
    """Give the sender that the settings ask for; see `serving.webhook.posting.receiver_of`."""
    if not settings.webhook_url:
        return Mute()
    return Sender(Outbox(engine), receiver_of(settings), count)
