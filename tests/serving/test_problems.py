"""Errors as problem documents."""

import json
from http import HTTPStatus

import pytest

from features import errors
from serving.problems import Problem, problem_of

FAMILIES = {errors.InputError: 422, errors.StateError: 503}
OF_THEIR_OWN = {
    errors.NoSuchAlarm: 404,
    errors.NoCard: 404,
    errors.NoSuchTheme: 404,
    errors.NoSuchVersion: 404,
    errors.EditConflict: 409,
    errors.MergedTheme: 409,
    errors.UnfitStore: 503,
}


def all_errors(family):
    for error in family.__subclasses__():
        yield error
        yield from all_errors(error)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (error, OF_THEIR_OWN.get(error, status))
        for family, status in FAMILIES.items()
        for error in all_errors(family)
    ],
)
def test_every_error_of_redress_has_a_status_and_keeps_its_remedy(error, status):
    problem = problem_of(error("found this", "that", "Do it."))
    assert problem.status == status
    assert problem.body()["detail"] == "found this; expected that. Do it."
    assert ("Retry-After" in problem.headers) == (status == 503)


def test_a_document_has_the_members_of_the_rfc():
    problem = Problem(HTTPStatus.CONFLICT, "kind", "told", errors=[("/a", "b")], headers={"X": "y"})
    response = problem.response()
    assert json.loads(response.body) == {
        "type": "urn:redress:problem:kind",
        "title": "Conflict",
        "status": 409,
        "detail": "told",
        "errors": [{"pointer": "/a", "detail": "b"}],
    }
    assert response.status_code == 409
    assert response.media_type == "application/problem+json"
    assert response.headers["x"] == "y"


def test_without_errors_there_is_no_list_of_them():
    assert "errors" not in Problem(HTTPStatus.CONFLICT, "kind", "told").body()


def test_a_lone_surrogate_in_a_pointer_can_be_sent():
    problem = Problem(HTTPStatus.CONFLICT, "kind", "told", errors=[("/\ud800", "b")])
    assert json.loads(problem.response().body)["errors"][0]["pointer"] == "/\ud800"
