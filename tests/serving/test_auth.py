"""The gate: which keys get in, and for how long a look-up is remembered."""

import time
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from fastapi import Depends, FastAPI
from starlette.requests import Request

from features.tables import API_KEYS
from serving.auth import Gate
from serving.keys import Keys, Scope
from serving.problems import answer_problems


@contextmanager
def gate_of(keys, remember_seconds, served):
    """Serve one endpoint that only keys with the scope `review` reach."""
    app = FastAPI()
    answer_problems(app)
    needs = Depends(Gate(keys, remember_seconds).needs(Scope.REVIEW))

    @app.get("/", dependencies=[needs])
    async def home(request: Request) -> str:
        return request.state.key.key_id

    with served(app) as url, httpx.Client(base_url=url) as client:
        yield lambda header: client.get("/", headers={"Authorization": header} if header else {})


@pytest.fixture
def keys(engine):
    return Keys(engine)


def test_a_key_with_the_scope_gets_in_and_is_known_inside(keys, served):
    made = keys.create("a", [Scope.REVIEW])
    with gate_of(keys, 60, served) as ask:
        response = ask(f"Bearer {made.bearer}")
    assert response.json() == made.key.key_id
    assert keys.find(made.key.key_id).key.used_at is not None


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        ("", 'Bearer realm="redress"'),
        ("Basic dXNlcjpwYXNz", 'Bearer realm="redress"'),
        ("Bearer", 'Bearer realm="redress"'),
        ("Bearer nonsense", 'Bearer realm="redress", error="invalid_token"'),
        (f"Bearer rdr_{'0' * 12}_{'A' * 43}", 'Bearer realm="redress", error="invalid_token"'),
    ],
)
def test_anything_else_is_401_with_a_challenge(keys, served, header, challenge):
    with gate_of(keys, 60, served) as ask:
        response = ask(header)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == challenge
    assert response.headers["content-type"] == "application/problem+json"


def test_the_right_id_with_a_wrong_secret_is_401_and_says_no_more(keys, served):
    made = keys.create("a", [Scope.REVIEW], timedelta(days=-1))
    with gate_of(keys, 60, served) as ask:
        wrong = ask(f"Bearer rdr_{made.key.key_id}_{'A' * 43}")
        right = ask(f"Bearer {made.bearer}")
    assert "no such key" in wrong.json()["detail"]
    assert "expired" in right.json()["detail"]
    assert right.status_code == 401


def test_a_revoked_key_is_refused_once_forgotten(keys, served):
    made = keys.create("a", [Scope.REVIEW])
    with gate_of(keys, 0, served) as ask:
        assert ask(f"Bearer {made.bearer}").status_code == 200
        keys.revoke(made.key.key_id)
        assert ask(f"Bearer {made.bearer}").status_code == 401


def test_a_key_is_looked_up_once_in_a_while_and_never_a_secret_with_it(keys, served, engine):
    made = keys.create("a", [Scope.REVIEW])
    with gate_of(keys, 60, served) as ask:
        assert ask(f"Bearer {made.bearer}").status_code == 200
        with engine.begin() as connection:
            connection.execute(sa.delete(API_KEYS))
        assert ask(f"Bearer {made.bearer}").status_code == 200
        assert ask(f"Bearer rdr_{made.key.key_id}_{'A' * 43}").status_code == 401


@pytest.mark.slow
def test_an_expired_key_is_refused_even_while_remembered(keys, served):
    made = keys.create("a", [Scope.REVIEW], timedelta(seconds=2))
    with gate_of(keys, 60, served) as ask:
        assert ask(f"Bearer {made.bearer}").status_code == 200
        time.sleep(2)
        assert "expired" in ask(f"Bearer {made.bearer}").json()["detail"]


def test_without_a_database_nobody_gets_in(keys, served, engine):
    made = keys.create("a", [Scope.REVIEW])
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE api_keys"))
    with gate_of(keys, 60, served) as ask:
        response = ask(f"Bearer {made.bearer}")
    assert response.status_code == 503
    assert response.json()["type"] == "urn:redress:problem:database-unavailable"
