"""The HTTP interface: an endpoint reads the request, calls one function, and shapes the answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from features.settings import Settings
from models.alarm_book import AlarmBook
from serving.alarms import AlarmDesk, alarm_routes
from serving.answers import sent
from serving.auth import Gate
from serving.bench import Bench
from serving.bodies import read_body
from serving.card import card, thresholds
from serving.champion import Champion
from serving.current_themes import CurrentThemes
from serving.dashboard.app import add_pages
from serving.dashboard.stock import Stock
from serving.decisions import DecisionDesk
from serving.desk import Asked, ScoreDesk
from serving.keys import Keys, Scope
from serving.metrics import MEDIA_TYPE, Metrics
from serving.openapi import IDEMPOTENCY, document_app, problems, reads_body
from serving.problems import answer_problems
from serving.replies import HEADER, read_name
from serving.shadow import Follower
from serving.shapes import (
    DecisionAnswer,
    DecisionRequest,
    ModelCard,
    ScoreAnswer,
    ScoreRequest,
    Thresholds,
)
from serving.theme_desk import ThemeDesk
from serving.themes import theme_routes
from serving.traffic import Traffic


@dataclass(frozen=True)
class Parts:
    """What the interface is made of."""

    champion: Champion
    gate: Gate
    scores: ScoreDesk
    decisions: DecisionDesk
    themes: ThemeDesk
    alarms: AlarmDesk
    metrics: Metrics
    settings: Settings
    bench: Bench = field(default_factory=Bench)


def parts_of(
    engine: Engine,
    champion: Champion,
    current: CurrentThemes,
    metrics: Metrics,
    follower: Follower | None = None,
) -> Parts:
    """Put the parts of the interface together; the follower is told what was answered."""
    return Parts(
        champion=champion,
        gate=Gate(Keys(engine)),
        scores=ScoreDesk(engine, champion, current, metrics, follower),
        decisions=DecisionDesk(engine),
        themes=ThemeDesk(current.catalog, current.settings.least_subjects),
        alarms=AlarmDesk(AlarmBook(engine, current.settings.least_subjects)),
        metrics=metrics,
        settings=current.settings,
    )


def create_app(parts: Parts) -> FastAPI:
    """Make the application."""
    app = FastAPI(
        title="Redress",
        summary="Scores enforcement appeals. Scores advise; people decide.",
        version="1",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Traffic, metrics=parts.metrics)
    answer_problems(app)
    app.include_router(score_routes(parts))
    app.include_router(decision_routes(parts))
    app.include_router(theme_routes(parts.themes, parts.gate, parts.bench))
    app.include_router(alarm_routes(parts.alarms, parts.gate, parts.bench))
    app.include_router(model_routes(parts))
    app.include_router(metric_routes(parts.metrics))
    app.state.warming = add_pages(app, _stock(parts), Bench())
    document_app(app)
    return app


def _stock(parts: Parts) -> Stock:
    catalog = parts.themes.catalog
    alarms = AlarmBook(catalog.engine, parts.settings.least_subjects)
    return Stock(catalog, alarms, parts.champion, parts.settings, parts.scores.themes)


def score_routes(parts: Parts) -> APIRouter:
    """Make the endpoint that scores."""
    router = APIRouter(tags=["scores"])

    @router.post(
        "/v1/score",
        response_model=ScoreAnswer,
        dependencies=[Depends(parts.gate.needs(Scope.SCORE))],
        responses=problems(400, 401, 403, 408, 409, 413, 415, 422, 503),
        openapi_extra=reads_body(ScoreRequest, IDEMPOTENCY),
    )
    async def score(request: Request) -> Response:
        """Score 1 to 500 appeals; each gets a score or its own errors, in the order sent."""
        parts.bench.require_room()
        given = request.headers.get(HEADER)
        name = None if given is None else read_name(given)
        body = await read_body(request)
        asked = Asked(request.state.key.key_id, request.state.request_id, name)
        return sent(request, await parts.bench.run(parts.scores.reply, body, asked))

    return router


def decision_routes(parts: Parts) -> APIRouter:
    """Make the endpoint that takes decisions in."""
    router = APIRouter(tags=["decisions"])

    @router.post(
        "/v1/decisions",
        response_model=DecisionAnswer,
        dependencies=[Depends(parts.gate.needs(Scope.REVIEW))],
        responses=problems(400, 401, 403, 408, 413, 415, 422, 503),
        openapi_extra=reads_body(DecisionRequest),
    )
    async def decide(request: Request) -> Response:
        """Take 1 to 500 decisions into the history; each is recorded, or gets its own errors."""
        parts.bench.require_room()
        body = await read_body(request)
        return sent(request, await parts.bench.run(parts.decisions.reply, body))

    return router


def model_routes(parts: Parts) -> APIRouter:
    """Make the endpoints that tell what serves, and by which bounds it speaks."""
    router = APIRouter(tags=["model"])

    @router.get(
        "/v1/model",
        response_model=ModelCard,
        dependencies=[Depends(parts.gate.needs(Scope.SCORE))],
        responses=problems(401, 403, 503),
    )
    async def model() -> Response:
        """Tell which model serves, what it was trained on, and which attributes it knows."""
        champion = parts.champion
        return JSONResponse(await run_sync(card, champion.served(), champion.registry))

    @router.get(
        "/v1/thresholds",
        response_model=Thresholds,
        dependencies=[Depends(parts.gate.needs(Scope.SCORE))],
        responses=problems(401, 403, 503),
    )
    async def read_thresholds() -> Response:
        """Tell what turns probabilities into tiers, due times and `uncertain`."""
        return JSONResponse(thresholds(parts.champion.served()))

    return router


def metric_routes(metrics: Metrics) -> APIRouter:
    """Make the endpoint that Prometheus reads."""
    router = APIRouter(tags=["operation"])

    @router.get("/metrics", response_class=PlainTextResponse)
    async def read_metrics() -> Response:
        """Give counts and times for Prometheus."""
        return Response(await run_sync(metrics.exposition), media_type=MEDIA_TYPE)

    return router
