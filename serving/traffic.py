"""Around every request: an id, the time it took, headers that browsers heed, one line of log."""

from __future__ import annotations

import logging
import time
import traceback
import uuid
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.metrics import Metrics
from serving.problems import unforeseen

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Set where the answer does not set them itself."""
QUIET: Final = frozenset({"/metrics"})
"""Routes that are asked every few seconds, and counted but not logged."""
UNMATCHED: Final = "unmatched"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
logger = logging.getLogger("redress.serving")


class Traffic:
    """ASGI middleware that counts, times and logs requests, and answers what nobody foresaw.

    The log holds the route's template and never the path as it came: a path may carry anything.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        scope["route"] = None  # a server that mounts the application has left its own here
        started = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            log_unforeseen(error, request_id)
            if status:
                # The server logs what reaches it, message and all.
                raise ConnectionAbortedError(f"answer {request_id} broke off") from None
            await unforeseen().response()(scope, receive, watched)
        finally:
            self._note(scope, status, time.perf_counter() - started, request_id)

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self.metrics.requests.labels(method, route, str(status)).observe(seconds)
        if route not in QUIET:
            facts = scope.get("state", {}).get("facts", {})
            told = "".join(f" {name}={value}" for name, value in facts.items())
            logger.info(
                "%s %s %d %.1fms id=%s%s", method, route, status, seconds * 1e3, request_id, told
            )


def _complete(headers: MutableHeaders, request_id: str) -> None:
    headers["X-Request-Id"] = request_id
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def log_unforeseen(error: Exception, request_id: str) -> None:
    """Log where an error arose, without its message: that may quote a person's words."""
    places = "".join(traceback.format_tb(error.__traceback__))
    logger.error("unforeseen %s id=%s\n%s", type(error).__qualname__, request_id, places)
