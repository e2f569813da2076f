"""The HTTP interface over a real socket."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import DamagedModel
from features.tables import APPEALS, SCORES
from models.priority import TIERS
from serving.bodies import MAX_BYTES, resolving
from serving.shapes import (
    DecisionAnswer,
    ModelCard,
    ProblemDocument,
    ScoreAnswer,
    Span,
    Thresholds,
)

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["appeal_id", "submitted_at", "text", "policy", "stake", "attempt", "evidence", "attributes"]
)
ODD_APPEALS = st.dictionaries(FIELDS | st.text(max_size=3), JSON_VALUES, max_size=6)
SOUND_APPEALS = st.fixed_dictionaries(
    {
        "appeal_id": st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1),
        "submitted_at": st.just("2025-03-03T02:15:00Z"),
        "text": st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=60),
        "attributes": st.dictionaries(st.just("age"), st.integers(0, 99) | st.text(), max_size=1),
    }
)
ON_SOCKET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def problem_of(response, status, kind):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = ProblemDocument.model_validate_json(response.content)
    assert document.status == status
    assert document.type == f"urn:redress:problem:{kind}"
    return document


def rows(house, table=SCORES):
    with house.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_scores_each_appeal_or_says_what_is_wrong_with_it(house, client, appeal):
    asked = [
        appeal("mixed-1", attributes={"age": 30}),
        appeal("mixed-2", text=7),
        appeal("mixed-3", attributes={"shoe/size": 44}),
        appeal("mixed-4", attributes={"age": "thirty"}),
        {"appeal_id": "mixed-5", "submitted_at": "2025-03-03T02:15:00Z"},
        appeal("mixed-1", text="again"),
        appeal("mixed-7"),
        "not an appeal",
    ]
    response = client.post("/v1/score", json={"appeals": asked})
    assert response.status_code == 200
    answer = ScoreAnswer.model_validate_json(response.content)
    assert answer.model_version == "1"
    scored = [result for result in response.json()["results"] if "errors" not in result]
    assert [result["appeal_id"] for result in scored] == ["mixed-1", "mixed-7"]
    errors = [
        (result["appeal_id"], *[(error["pointer"], error["detail"]) for error in result["errors"]])
        for result in response.json()["results"]
        if "errors" in result
    ]
    assert [(name, error[0]) for name, error in errors] == [
        ("mixed-2", "/appeals/1/text"),
        ("mixed-3", "/appeals/2/attributes/shoe~1size"),
        ("mixed-4", "/appeals/3/attributes/age"),
        ("mixed-5", "/appeals/4"),
        ("mixed-1", "/appeals/5/appeal_id"),
        (None, "/appeals/7"),
    ]
    assert errors[3][1][1].startswith("text: missing")
    assert "/appeals/0" in errors[4][1][1]


def test_a_score_has_reasons_that_add_up_and_a_due_time(client, appeal):
    body = {"appeals": [appeal("sum-1", attributes={"age": 30})]}
    result = client.post("/v1/score", json=body).json()["results"][0]
    assert sum(reason["contribution"] for reason in result["reasons"]) == pytest.approx(
        result["logit"], abs=1e-6
    )
    assert result["due_at"] == "2025-03-05T02:15:00Z"
    assert result["model_version"] == "1"
    assert result["reasons"][0]["value"] == 30


def test_every_score_and_its_appeal_are_in_the_database_once_answered(house, client, appeal):
    scores, appeals = rows(house), rows(house, APPEALS)
    body = {"appeals": [appeal("kept-1", text="my words"), appeal("kept-2"), {}]}
    response = client.post("/v1/score", json=body)
    assert rows(house) == scores + 2
    assert rows(house, APPEALS) == appeals + 2
    query = sa.select(SCORES).where(SCORES.c.appeal_id == "kept-1")
    with house.engine.connect() as connection:
        row = connection.execute(query).one()
    assert row.probability == response.json()["results"][0]["probability"]
    assert row.request_id == response.headers["x-request-id"]
    assert row.model_version == "1"


@ON_SOCKET
@given(document=JSON_VALUES | st.fixed_dictionaries({"appeals": JSON_VALUES}))
def test_any_json_gets_an_answer_and_never_an_unforeseen_error(client, document):
    response = client.post(
        "/v1/score", content=json.dumps(document), headers={"content-type": "application/json"}
    )
    assert response.status_code in (200, 400, 422)
    if response.status_code != 200:
        for error in response.json()["errors"]:
            assert resolving(error["pointer"], document) == (error["pointer"], "")


@ON_SOCKET
@given(items=st.lists(ODD_APPEALS | SOUND_APPEALS | JSON_VALUES, min_size=1, max_size=6))
def test_results_keep_order_and_number_and_pointers_resolve(client, items):
    document = {"appeals": items}
    response = client.post(
        "/v1/score", content=json.dumps(document), headers={"content-type": "application/json"}
    )
    assert response.status_code == 200, response.text
    results = response.json()["results"]
    assert len(results) == len(items)
    for index, (item, result) in enumerate(zip(items, results, strict=True)):
        if "errors" not in result or result["appeal_id"] is not None:
            assert result["appeal_id"] == item["appeal_id"]
        for error in result.get("errors", ()):
            assert error["pointer"].startswith(f"/appeals/{index}")
            assert resolving(error["pointer"], document) == (error["pointer"], "")


@ON_SOCKET
@given(body=st.binary(max_size=200))
def test_any_bytes_get_an_answer_and_never_an_unforeseen_error(client, body):
    response = client.post("/v1/score", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)


@pytest.mark.parametrize(
    ("body", "status", "kind", "pointer"),
    [
        (b"", 400, "not-json", ""),
        (b"{", 400, "not-json", ""),
        (b'{"appeals": [NaN]}', 400, "not-json", ""),
        (b'{"appeals": [' + b"9" * 5_000 + b"]}", 400, "not-json", ""),
        (b"[" * 100_000, 400, "not-json", ""),
        ('{"appeals": []}'.encode("utf-16"), 400, "not-json", ""),
        (b"[]", 422, "invalid-body", ""),
        (b"{}", 422, "invalid-body", ""),
        (b'{"appeals": {}}', 422, "invalid-body", "/appeals"),
        (b'{"appeals": []}', 422, "invalid-body", "/appeals"),
        (json.dumps({"appeals": [0] * 501}).encode(), 422, "invalid-body", "/appeals"),
        (b'{"appeals": [0], "a/b": 1}', 422, "invalid-body", "/a~1b"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_wrong_body_is_refused_with_a_pointer(client, body, status, kind, pointer):
    headers = {"content-type": "application/json"}
    document = problem_of(client.post("/v1/score", content=body, headers=headers), status, kind)
    assert [error.pointer for error in document.errors] == [pointer]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_what_is_not_declared_as_plain_json_is_refused(client, headers):
    response = client.post("/v1/score", content=b"{}", headers=headers)
    assert "application/json" in problem_of(response, 415, "unsupported-media-type").detail or (
        "Content-Encoding" in response.text
    )


def test_a_charset_does_not_matter(client, appeal):
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    body = json.dumps({"appeals": [appeal("charset-1")]})
    assert client.post("/v1/score", content=body, headers=headers).status_code == 200


def test_a_body_too_large_is_refused_whether_or_not_it_says_so(client):
    headers = {"content-type": "application/json"}
    declared = client.post("/v1/score", content=b" " * (MAX_BYTES + 1), headers=headers)
    problem_of(declared, 413, "body-too-large")
    chunks = (b" " * 1_048_576 for _ in range(MAX_BYTES // 1_048_576 + 1))
    problem_of(client.post("/v1/score", content=chunks, headers=headers), 413, "body-too-large")


def test_one_megabyte_of_text_and_nul_bytes_fail_alone(client, appeal):
    asked = [appeal("big-1", text="x" * 1_000_000), appeal("big-2", text="a\0b"), appeal("big-3")]
    results = client.post("/v1/score", json={"appeals": asked}).json()["results"]
    assert [("errors" in result) for result in results] == [True, True, False]
    assert results[0]["errors"][0]["pointer"] == "/appeals/0/text"
    assert results[1]["errors"][0]["pointer"] == "/appeals/1/text"


@pytest.mark.parametrize("number", ["1e400", "1" + "0" * 400])
def test_numbers_beyond_any_float_fail_alone(client, appeal, number):
    asked = [appeal("huge-1", attributes={"age": 12345}), appeal("huge-2", stake=12345)]
    body = json.dumps({"appeals": [*asked, appeal("huge-3")]}).replace("12345", number)
    response = client.post("/v1/score", content=body, headers={"content-type": "application/json"})
    pointers = [
        [error["pointer"] for error in result.get("errors", ())]
        for result in response.json()["results"]
    ]
    assert pointers == [["/appeals/0/attributes/age"], ["/appeals/1/stake"], []]


def test_five_hundred_appeals_are_scored_in_order(client, appeal):
    asked = [appeal(f"many-{i}") for i in range(500)]
    results = client.post("/v1/score", json={"appeals": asked}).json()["results"]
    assert [result["appeal_id"] for result in results] == [a["appeal_id"] for a in asked]


def test_no_key_is_401_and_says_how_to_send_one(house):
    with house.client() as stranger:
        response = stranger.post("/v1/score", json={})
    assert "Authorization: Bearer" in problem_of(response, 401, "unauthorised").detail
    assert response.headers["www-authenticate"] == 'Bearer realm="redress"'


@pytest.mark.parametrize("path", ["/v1/score", "/v1/decisions"])
def test_a_missing_scope_is_403_and_names_it(house, path):
    scope, other = ("score", "review") if path == "/v1/score" else ("review", "score")
    with house.client(other) as holder:
        response = holder.post(path, json={})
    assert scope in problem_of(response, 403, "missing-scope").detail
    assert f'scope="{scope}"' in response.headers["www-authenticate"]


def test_all_of_v1_needs_a_key(house):
    with house.client() as stranger:
        document = stranger.get("/openapi.json").json()
        for path, operations in document["paths"].items():
            for method in operations:
                status = stranger.request(method, path).status_code
                assert status == (401 if path.startswith("/v1/") else 200), path


def test_before_a_champion_scoring_is_503_with_the_remedy(new_house, appeal):
    body = {"appeals": [appeal()]}
    with new_house.client("score") as client:
        starting = problem_of(client.post("/v1/score", json=body), 503, "no-champion")
        assert "few seconds" in starting.detail
        new_house.parts.champion.look()
        response = client.post("/v1/score", json=body)
        assert "redress promote" in problem_of(response, 503, "no-champion").detail
        assert int(response.headers["retry-after"]) > 0
        problem_of(client.get("/v1/model"), 503, "no-champion")
        new_house.registry.champion_version = "1"
        new_house.parts.champion.look()
        assert client.post("/v1/score", json=body).status_code == 200


def test_a_damaged_first_champion_is_503(new_house, until):
    new_house.registry.champion_version = "1"
    new_house.registry.error = DamagedModel("the files of model version 1 have changed")
    new_house.parts.champion.start()
    with new_house.client("score") as client:
        until(lambda: new_house.parts.champion.failures)
        problem_of(client.get("/v1/model"), 503, "damaged-model")
    new_house.parts.champion.stop()


def test_without_a_ledger_nothing_is_answered(new_house, appeal):
    new_house.registry.champion_version = "1"
    new_house.parts.champion.look()
    with new_house.client("score") as client:
        assert client.get("/v1/model").status_code == 200
        with new_house.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE scores RENAME TO hidden"))
        response = client.post(
            "/v1/score", json={"appeals": [appeal()]}, headers={"Idempotency-Key": "k"}
        )
        problem_of(response, 503, "database-unavailable")
        assert "redress_ledger_failures_total 1.0" in client.get("/metrics").text
        with new_house.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE hidden RENAME TO scores"))
        response = client.post(
            "/v1/score", json={"appeals": [appeal()]}, headers={"Idempotency-Key": "k"}
        )
        assert response.status_code == 200
        assert "idempotency-replayed" not in response.headers
    assert rows(new_house) == 1


def test_the_same_idempotency_key_gives_the_same_answer_once(house, client, appeal):
    before = rows(house)
    body, headers = {"appeals": [appeal("once-1")]}, {"Idempotency-Key": "once"}
    first = client.post("/v1/score", json=body, headers=headers)
    second = client.post("/v1/score", json=body, headers=headers)
    assert second.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert rows(house) == before + 1
    other = client.post("/v1/score", json={"appeals": [appeal("once-2")]}, headers=headers)
    problem_of(other, 422, "idempotency-key-reused")


def test_idempotency_keys_of_two_callers_do_not_meet(house, client, appeal):
    body, headers = {"appeals": [appeal("mine-1")]}, {"Idempotency-Key": "shared"}
    client.post("/v1/score", json=body, headers=headers)
    with house.client("score") as other:
        response = other.post("/v1/score", json=body, headers=headers)
    assert response.status_code == 200
    assert "idempotency-replayed" not in response.headers


def test_a_wrong_idempotency_key_is_refused(client):
    response = client.post("/v1/score", json={}, headers={"Idempotency-Key": "a b"})
    problem_of(response, 400, "invalid-idempotency-key")


def test_many_at_once_each_get_their_own_answer(house, appeal):
    def ask(number):
        with house.client("score") as one:
            body = {"appeals": [appeal(f"crowd-{number}-{i}") for i in range(5)]}
            return one.post("/v1/score", json=body).json()["results"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))
    for number, results in enumerate(answers):
        assert [r["appeal_id"] for r in results] == [f"crowd-{number}-{i}" for i in range(5)]
        assert all("probability" in result for result in results)


def test_decisions_are_recorded_or_refused_one_by_one(house, client, appeal):
    client.post("/v1/score", json={"appeals": [appeal("decided-1")]})
    sound = {"outcome": "overturned", "decided_at": "2025-03-04T00:00:00Z"}
    asked = [
        sound | {"appeal_id": "decided-1"},
        sound | {"appeal_id": "never filed"},
        sound | {"appeal_id": "decided-1", "outcome": "perhaps"},
        sound | {"appeal_id": "decided-1", "decided_at": "2020-03-04T00:00:00Z"},
        sound | {"appeal_id": "decided-1", "decided_at": "2099-03-04T00:00:00Z"},
        3,
    ]
    with house.client("review") as reviewer:
        response = reviewer.post("/v1/decisions", json={"decisions": asked})
        again = reviewer.post("/v1/decisions", json={"decisions": asked})
    assert response.status_code == 200
    DecisionAnswer.model_validate_json(response.content)
    results = response.json()["results"]
    assert results[0] == {"appeal_id": "decided-1", "status": "recorded"}
    assert [result["errors"][0]["pointer"] for result in results[1:]] == [
        "/decisions/1/appeal_id",
        "/decisions/2/outcome",
        "/decisions/3/decided_at",
        "/decisions/4/decided_at",
        "/decisions/5",
    ]
    assert again.json() == response.json()


def test_the_model_card_tells_what_serves(client):
    response = client.get("/v1/model")
    card = ModelCard.model_validate_json(response.content)
    assert card.version == "1"
    assert card.trained_on == {"data_rows": "9"}
    assert card.measured == {"auc": 0.7}
    assert card.attributes == {"age": "number"}
    assert response.json()["registered_at"] == "2025-01-02T03:04:05Z"


def test_the_thresholds_are_told(client):
    told = Thresholds.model_validate_json(client.get("/v1/thresholds").content)
    assert told.model_version == "1"
    assert [(tier.tier, tier.least_risk, tier.due_hours) for tier in told.tiers] == list(TIERS)
    assert told.uncertain_between == Span(low=0.4, high=0.6)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [("GET", "/nowhere", 404, "not-found"), ("GET", "/v1/score", 405, "method-not-allowed")],
)
def test_the_routers_own_refusals_are_problems_too(client, method, path, status, kind):
    problem_of(client.request(method, path), status, kind)


def test_answers_carry_an_id_and_headers_that_browsers_heed(client):
    headers = client.get("/v1/model").headers
    assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
