"""Around every request: log lines and counts that hold nothing a caller wrote."""

import logging

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import Response, StreamingResponse

from serving.metrics import Metrics
from serving.problems import answer_problems
from serving.traffic import Traffic

SECRET = "the-words-of-a-person"


@pytest.fixture
def metrics():
    return Metrics(shared=False)


@pytest.fixture
def client(metrics, served, caplog):
    caplog.set_level(logging.INFO, "redress.serving")
    app = FastAPI()
    app.add_middleware(Traffic, metrics=metrics)
    answer_problems(app)

    @app.get("/fails/{name}")
    async def fails(name: str) -> None:
        raise ValueError(f"could not convert {name}")

    @app.get("/own")
    async def own() -> Response:
        return Response(headers={"Content-Security-Policy": "default-src 'self'"})

    @app.get("/cut")
    async def cut() -> StreamingResponse:
        def chunks():
            yield b"begun"
            raise ValueError(SECRET)

        return StreamingResponse(chunks())

    with served(app) as url, httpx.Client(base_url=url) as opened:
        yield opened


def test_what_nobody_foresaw_is_a_500_problem_and_logged_without_its_message(client, caplog):
    response = client.get(f"/fails/{SECRET}")
    assert response.status_code == 500
    assert response.json()["type"] == "urn:redress:problem:internal"
    assert SECRET not in response.text
    assert f"unforeseen ValueError id={response.headers['x-request-id']}" in caplog.text
    assert "in fails" in caplog.text
    assert SECRET not in caplog.text


def test_paths_and_methods_as_they_came_are_in_neither_log_nor_metrics(
    client, caplog, metrics, until
):
    client.get(f"/{SECRET}?q={SECRET}")
    client.request(SECRET.upper(), "/own")
    until(lambda: "OTHER /own 405" in caplog.text)
    told = caplog.text + metrics.exposition().decode()
    assert SECRET not in told.lower()
    assert "GET unmatched 404" in caplog.text


def test_an_answer_keeps_its_own_headers(client):
    headers = client.get("/own").headers
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["x-content-type-options"] == "nosniff"


def test_an_answer_that_breaks_off_is_logged_and_cut(client, caplog):
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/cut")
    assert "unforeseen ValueError" in caplog.text
    assert "broke off" in caplog.text
    assert SECRET not in caplog.text


def test_requests_are_counted_by_route(client, metrics, until):
    for name in "ab":
        client.get(f"/fails/{name}")
    count = 'redress_request_seconds_count{method="GET",route="/fails/{name}",status="500"} 2.0'
    until(lambda: count in metrics.exposition().decode())
