"""The OpenAPI document describes what is really asked and answered."""

import json

import pytest
from pydantic import TypeAdapter

from features.faults import read_appeal, read_decision
from features.schema import Appeal, Decision
from serving.openapi import EXAMPLES
from serving.shapes import DecisionRequest, ScoreRequest


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


def test_all_of_v1_is_documented_as_needing_a_key(document):
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == path.startswith("/v1/"), path


def test_nothing_is_fetched_from_outside(document, client):
    assert "http" not in json.dumps(document["paths"])
    assert client.get("/docs").status_code == 404
    TypeAdapter(str).validate_python(document["openapi"])
