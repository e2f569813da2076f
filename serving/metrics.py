"""What Prometheus sees: counts and times, with routes, statuses and versions as the only labels.

The server's own request metrics are switched off: they label by the path as it came, so that any
caller could fill the memory, and write into the metrics what they please.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from serving.shadow import Loss
from serving.webhook.schedule import Outcome

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Bounds of the histogram of response times."""


class Metrics:
    """The service's counters.

    Parameters
    ----------
    shared
        Whether several processes count into one folder, named by PROMETHEUS_MULTIPROC_DIR.
    """

    def __init__(self, shared: bool) -> None:
        self.shared = shared
        self.registry = registry = CollectorRegistry()
        self.requests = Histogram(
            "redress_request_seconds",
            "Time to answer a request.",
            ("method", "route", "status"),
            buckets=SECONDS,
            registry=registry,
        )
        self.scored = Counter("redress_appeals_scored", "Appeals scored.", registry=registry)
        self.refused = Counter(
            "redress_appeals_refused", "Appeals answered with errors.", registry=registry
        )
        self.ledger_failures = Counter(
            "redress_ledger_failures",
            "Requests refused because their scores could not be recorded.",
            registry=registry,
        )
        self.webhooks = Counter(
            "redress_webhook_attempts",
            "Webhook messages delivered, failed (to be tried again), and dead (given up).",
            ("outcome",),
            registry=registry,
        )
        for outcome in Outcome:
            self.webhooks.labels(outcome)  # so that each is there before it first happens
        self.shadowed = Counter(
            "redress_shadow_scored", "Appeals that the challenger scored unseen.", registry=registry
        )
        self.shadow_losses = Counter(
            "redress_shadow_lost",
            "Answered appeals that the challenger did not score: no room, unfit, failed, stopped.",
            ("reason",),
            registry=registry,
        )
        for loss in Loss:
            self.shadow_losses.labels(loss)
        self.model = Gauge(
            "redress_model_info",
            "1 for the version that serves.",
            ("version",),
            registry=registry,
            multiprocess_mode="mostrecent",
        )

    def change_model(self, old: str | None, new: str) -> None:
        """Note that another version serves."""
        if old is not None:
            self.model.labels(old).set(0)
        self.model.labels(new).set(1)

    def count_webhook(self, outcome: Outcome) -> None:
        """Count what became of an attempt to send a message."""
        self.webhooks.labels(outcome).inc()

    def count_shadow(self, scored: int) -> None:
        """Count appeals that the challenger scored unseen."""
        self.shadowed.inc(scored)

    def count_shadow_loss(self, why: Loss, appeals: int) -> None:
        """Count answered appeals that it did not score."""
        self.shadow_losses.labels(why).inc(appeals)

    def exposition(self) -> bytes:
        """Give all metrics as Prometheus reads them, of all processes together."""
        if not self.shared:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
