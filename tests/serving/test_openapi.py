"""The OpenAPI document describes what is really asked and answered."""

import json

import pytest
from pydantic import TypeAdapter

from features.faults import read_appeal, read_decision
from features.schema import Appeal, Decision
from serving.openapi import EXAMPLES
from serving.shapes import DecisionRequest, ScoreRequest
from serving.theme_shapes import ThemeEdit, ThemeMerge


@pytest.fixture(scope="module")
def document(house):
    with house.client() as stranger:
        return stranger.get("/openapi.json").json()


def references(part):
    """Yield every `$ref` in a document."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from references(inner)


def test_every_reference_resolves(document):
    found = set(references(document))
    assert "#/components/schemas/ScoreRequest" in found
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert found <= known


def test_the_examples_are_sound():
    (appeal,) = EXAMPLES[ScoreRequest]["appeals"]
    (decision,) = EXAMPLES[DecisionRequest]["decisions"]
    assert isinstance(read_appeal(appeal), Appeal)
    assert isinstance(read_decision(decision), Decision)
    for shape in (ThemeEdit, ThemeMerge):
        assert set(EXAMPLES[shape]) == set(shape.model_fields)
        shape.model_validate(EXAMPLES[shape])


def test_the_example_of_the_document_gets_a_score(document, client):
    asks = document["paths"]["/v1/score"]["post"]["requestBody"]["content"]["application/json"]
    response = client.post("/v1/score", json=asks["example"])
    assert response.status_code == 200
    assert "probability" in response.json()["results"][0]


def test_every_field_of_an_appeal_is_documented(document):
    properties = document["components"]["schemas"]["Appeal"]["properties"]
    assert set(properties) == set(Appeal.model_fields)


def test_refusals_are_documented_as_problems(document):
    responses = document["paths"]["/v1/score"]["post"]["responses"]
    for status, response in responses.items():
        media_types = set(response["content"])
        expected = {"application/json"} if status == "200" else {"application/problem+json"}
        assert media_types == expected, status


def test_every_status_that_scoring_may_answer_is_documented(document):
    documented = set(document["paths"]["/v1/score"]["post"]["responses"])
    assert documented == {"200", "400", "401", "403", "408", "409", "413", "415", "422", "503"}


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("get", "/v1/themes", {401, 403, 422, 503}),
        ("get", "/v1/themes/{id}", {401, 403, 404, 503}),
        ("get", "/v1/alarms", {401, 403, 422, 503}),
        ("get", "/v1/alarms/{id}", {401, 403, 404, 422, 503}),
        ("patch", "/v1/themes/{id}", {400, 401, 403, 404, 408, 409, 413, 415, 422, 503}),
        ("post", "/v1/themes/{id}/merge", {400, 401, 403, 404, 408, 409, 413, 415, 422, 503}),
    ],
)
def test_every_status_of_the_themes_is_documented(document, method, path, statuses):
    documented = set(document["paths"][path][method]["responses"])
    assert documented >= {"200", *map(str, statuses)}
    assert documented - {"422"} <= {"200", *map(str, statuses)}  # FastAPI adds it to any parameter


def test_a_member_left_out_of_an_edit_has_no_default(document):
    edit = document["components"]["schemas"]["ThemeEdit"]
    assert set(edit["properties"]) == {"title", "status", "owner", "note", "reason"}
    assert not any("default" in member for member in edit["properties"].values())
    assert "required" not in edit


def test_the_revision_is_documented_where_it_is_told_and_asked(document):
    operations = document["paths"]["/v1/themes/{id}"]
    for operation in operations.values():
        assert "ETag" in operation["responses"]["200"]["headers"]
    assert [one["name"] for one in operations["patch"]["parameters"]] == ["id", "If-Match"]


def test_all_of_v1_is_documented_as_needing_a_key(document):
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == path.startswith("/v1/"), path


def test_nothing_is_fetched_from_outside(document, client):
    assert "http" not in json.dumps(document["paths"])
    assert client.get("/docs").status_code == 404
    TypeAdapter(str).validate_python(document["openapi"])
