"""The BentoML service: one process per worker, one application mounted in each.

`redress serve` starts it; so does `bentoml serve serving.service:Redress`.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import bentoml
from starlette.types import ASGIApp, Receive, Scope, Send

from features.database import open_database
from features.settings import Settings
from models.catalog import Catalog
from models.registry import Registry
from serving.api import create_app, parts_of
from serving.champion import Champion
from serving.current_themes import CurrentThemes
from serving.dashboard.warming import Warming
from serving.metrics import Metrics
from serving.settings import counts_together
from serving.shadow import Shadow
from serving.webhook.sender import sender_of


class Mounted:
    """The place of the application: it is mounted on import, and filled when the process starts.

    BentoML hands it every path that is not one of its own, so that unknown paths too are answered
    by the application.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        await self.app(scope, receive, send)


mounted = Mounted()


@bentoml.service(
    name="redress",
    logging={"access": {"enabled": False}},
    metrics={"enabled": False},
)
@bentoml.asgi_app(mounted)
class Redress:
    """Scores appeals with the champion."""

    def __init__(self) -> None:
        log_plainly()
        settings = Settings.from_environment()
        self.engine = open_database(settings)
        metrics = Metrics(shared=counts_together())
        self.champion = Champion(Registry(settings), metrics.change_model)
        self.themes = CurrentThemes(
            Catalog(self.engine, webhook=bool(settings.webhook_url)), settings
        )
        self.shadow = (
            Shadow(Registry(settings), self.engine, metrics) if settings.shadow == "on" else None
        )
        app = create_app(parts_of(self.engine, self.champion, self.themes, metrics, self.shadow))
        mounted.app = app
        self.warming: Warming = app.state.warming
        self.webhook = sender_of(self.engine, settings, metrics.count_webhook)
        self.champion.start()
        self.themes.start()
        self.webhook.start()
        self.warming.start()
        if self.shadow is not None:
            self.shadow.start()

    def __is_ready__(self) -> bool:
        """Answer /readyz: there is a model to score with."""
        return self.champion.ready

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def close(self) -> None:
        """Let go of the shadow, the webhook, the registry, the catalogue and the database."""
        if self.shadow is not None:
            self.shadow.stop()
        self.warming.stop()
        self.webhook.stop()
        self.champion.stop()
        self.themes.stop()
        self.engine.dispose()


def log_plainly() -> None:
    """Write Redress' own log lines to standard output, one each, with the time and the process."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(process)d] %(message)s"))
    log = logging.getLogger("redress")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False


def run(settings: Settings) -> None:
    """Serve in as many processes as the settings say, until stopped."""
    service: Any = Redress  # BentoML's decorator has made a service of the class
    service.config["workers"] = settings.workers
    service.serve_http(host=settings.host, port=settings.port)
