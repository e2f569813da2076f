"""The endpoints of themes over a real socket."""

import json
import logging
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import theme_encoder
from models.themes import Descent, Event
from serving.bodies import resolving
from serving.shapes import ProblemDocument, ScoreAnswer
from serving.theme_shapes import ThemeDetail, ThemeList

PLAN = {
    "T1": ("payout held", 9),
    "T2": ("listing removed", 7),
    "T3": ("shop shop", 5),
    "T4": ("why why", 4),
    "T11": ("shop why", 6),
}
EARLIER = {"T1": PLAN["T1"], "T12": ("held held", 6)}
TITLE = "Auszahlung hält 🎉 <script>"
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(["title", "status", "owner", "note", "reason", "into"])
ON_SOCKET = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def problem_of(response, status, kind):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = ProblemDocument.model_validate_json(response.content)
    assert (document.status, document.type) == (status, f"urn:redress:problem:{kind}")
    return document


@pytest.fixture(scope="module")
def discover(house, encoder, found_of):
    """Enter a discovery as of a day, and let the service notice it."""

    def enter(plan, **facts):
        digest = theme_encoder.keep(encoder, house.current.settings.home)
        house.current.catalog.write(found_of(encoder, digest, plan, **facts))
        house.current.look()

    return enter


@pytest.fixture(scope="module")
def reviewer(house, discover):
    """A client that may review, after two discoveries; T12 was found at the first alone."""
    discover(EARLIER, as_of=date(2025, 3, 24))
    discover(PLAN, known=EARLIER)
    with house.client("review", name="Mia") as opened:
        yield opened


@pytest.fixture
def revision(reviewer):
    """The revision that T1 is at, as its ETag."""
    return reviewer.get("/v1/themes/T1").headers["etag"]


def test_before_the_first_discovery_the_list_is_empty_and_no_theme_is_near(new_house, appeal):
    with new_house.client("review", "score") as client:
        response = client.get("/v1/themes")
        assert response.status_code == 200
        told = ThemeList.model_validate_json(response.content)
        assert (told.as_of, told.suppressed, told.themes) == (None, 0, [])
        problem_of(client.get("/v1/themes/T1"), 404, "no-such-theme")
        new_house.registry.champion_version = "1"
        new_house.parts.champion.look()
        scored = client.post("/v1/score", json={"appeals": [appeal()]}).json()["results"]
        assert scored[0]["theme"] is None


def test_the_list_tells_the_themes_by_size_and_counts_the_suppressed(reviewer):
    told = ThemeList.model_validate_json(reviewer.get("/v1/themes").content)
    assert [theme.id for theme in told.themes] == ["T1", "T2", "T11", "T3"]
    assert (told.as_of, told.window_days, told.appeals) == (date(2025, 3, 31), 90, 40)
    assert (told.suppressed, told.unassigned) == (1, 4)
    assert told.themes[0].driver.value == "payment_hold"
    assert [day.appeals for day in told.themes[0].days] == [8]


def test_a_theme_whole_is_told_with_its_revision(reviewer):
    response = reviewer.get("/v1/themes/T3")
    told = ThemeDetail.model_validate_json(response.content)
    assert response.headers["etag"] == f'W/"{told.revision}-2025-03-31"' == 'W/"0-2025-03-31"'
    assert (told.title, told.exemplars[0].text) == ("found T3", "shop shop")
    assert [day.appeals for day in told.days] == [1, 4]
    assert [descent.event for descent in told.descents] == ["born"]


@pytest.mark.parametrize(
    "theme", ["T4", "T99", "t1", "T1 ", "T" + "9" * 19, "T١", "x%00y", "%ff", "x" * 300]
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("PATCH", ""), ("POST", "/merge")], ids=lambda one: one
)
def test_a_theme_that_is_not_there_or_not_shown_is_404(reviewer, theme, method, path):
    body = {"into": "T1"} if path else {} if method == "PATCH" else None
    response = reviewer.request(method, f"/v1/themes/{theme}{path}", json=body)
    assert "list of themes" in problem_of(response, 404, "no-such-theme").detail


def test_what_is_changed_is_told_recorded_and_scored(house, reviewer, revision, appeal):
    with house.client("score") as intake:
        body = {"appeals": [appeal("near-1", text="payout held"), appeal("near-2", text="")]}
        asked = {"title": TITLE, "status": "watching", "owner": "Mia", "note": "a\n\nb"}
        response = reviewer.patch(
            "/v1/themes/T1", json=asked | {"reason": "new"}, headers={"If-Match": revision}
        )
        assert response.status_code == 200
        told = ThemeDetail.model_validate_json(response.content)
        assert told.model_dump(include=set(asked)) == asked
        assert response.headers["etag"] == f'W/"{told.revision}-2025-03-31"' != revision
        assert {(change.made_by, change.reason) for change in told.changes[-4:]} == {("Mia", "new")}
        assert [change.field for change in told.changes[-4:]] == list(asked)
        assert reviewer.get("/v1/themes/T1").json() == response.json()
        house.current.look()
        near, far = intake.post("/v1/score", json=body).json()["results"]
    ScoreAnswer.model_validate({"model_version": "1", "results": [near, far]})
    assert near["theme"] == {
        "id": "T1",
        "title": TITLE,
        "status": "watching",
        "similarity": pytest.approx(1, abs=1e-6),
    }
    assert far["theme"] is None


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(reviewer, revision):
    headers = {"If-Match": revision}
    first = reviewer.patch("/v1/themes/T1", json={"note": "first"}, headers=headers)
    assert first.status_code == 200
    second = reviewer.patch("/v1/themes/T1", json={"note": "second"}, headers=headers)
    assert "Read it again" in problem_of(second, 409, "edit-conflict").detail
    merged = reviewer.post("/v1/themes/T1/merge", json={"into": "T2"}, headers=headers)
    problem_of(merged, 409, "edit-conflict")
    told = reviewer.get("/v1/themes/T1")
    assert (told.json()["note"], told.json()["merged_into"]) == ("first", None)
    again = {"If-Match": told.headers["etag"]}
    third = reviewer.patch("/v1/themes/T1", json={"note": "third"}, headers=again)
    assert third.json()["note"] == "third"


def test_a_tag_of_another_kind_is_refused(reviewer):
    response = reviewer.patch("/v1/themes/T1", json={}, headers={"If-Match": '"0", "1"'})
    problem_of(response, 400, "invalid-if-match")


def test_null_takes_back_and_nothing_changes_nothing(reviewer):
    reviewer.patch("/v1/themes/T2", json={"title": "Mine", "owner": "Ben"})
    told = reviewer.patch("/v1/themes/T2", json={"title": None, "owner": None}).json()
    assert (told["title"], told["named"], told["owner"]) == ("found T2", False, None)
    same = reviewer.patch("/v1/themes/T2", json={})
    assert same.json() == told


def test_a_discovery_made_since_hinders_no_editor_and_changes_the_tag(new_house, encoder, found_of):
    catalog = new_house.current.catalog
    catalog.write(found_of(encoder, "digest", PLAN))
    with new_house.client("review") as client:
        before = {"If-Match": client.get("/v1/themes/T2").headers["etag"]}
        catalog.write(found_of(encoder, "digest", PLAN, as_of=date(2025, 4, 7), known=PLAN))
        assert client.get("/v1/themes/T2").headers["etag"] == 'W/"0-2025-04-07"'
        told = client.patch("/v1/themes/T2", json={"note": "read"}, headers=before)
        assert (told.status_code, told.headers["etag"]) == (200, 'W/"1-2025-04-07"')


def test_a_watched_theme_that_is_lost_stays_in_sight_and_no_hidden_one_is_named(
    new_house, encoder, found_of
):
    plan = {"T1": ("payout held", 9), "T2": ("listing removed", 7), "T4": ("why why", 4)}
    catalog = new_house.current.catalog
    catalog.write(found_of(encoder, "digest", plan))
    with new_house.client("review") as client:
        client.patch("/v1/themes/T2", json={"status": "watching", "owner": "Mia"})
        later = date(2025, 4, 7)
        left = found_of(encoder, "digest", {"T1": plan["T1"]}, as_of=later, known=plan)
        lost = tuple(Descent(theme, later, Event.MERGED, into=("T1",)) for theme in ("T2", "T4"))
        catalog.write(replace(left, descents=(*left.descents, *lost)))
        told = ThemeList.model_validate_json(client.get("/v1/themes").content)
        assert {theme.id: theme.merged for theme in told.themes} == {"T1": None, "T2": "T1"}
        edited = client.patch("/v1/themes/T1", json={"note": "two causes"})
        for answer in (edited, client.get("/v1/themes/T1")):
            (taken,) = ThemeDetail.model_validate_json(answer.content).took_in
            assert (taken.id, taken.status, taken.owner) == ("T2", "watching", "Mia")
            assert "found T4" not in answer.text


LONG = "x" * 5_001


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        ({"titel": "a"}, ["/titel"]),
        ({"a/b~c": 1}, ["/a~1b~0c"]),
        ({"status": "done"}, ["/status"]),
        ({"status": None}, ["/status"]),
        ({"title": "x" * 201, "owner": 7}, ["/title", "/owner"]),
        ({"note": LONG}, ["/note"]),
        ({"reason": "x" * 1_001}, ["/reason"]),
        ({"reason": "why"}, ["/reason"]),
        ({"title": "a\0b"}, ["/title"]),
        ({"note": "\ud800"}, ["/note"]),
        ({"revision": 3}, ["/revision"]),
        ([], [""]),
        ("title", [""]),
        (None, [""]),
    ],
    ids=lambda value: str(value)[:24],
)
def test_an_edit_that_cannot_be_used_is_refused_with_pointers(reviewer, asked, pointers):
    before = reviewer.get("/v1/themes/T1").json()
    content, headers = json.dumps(asked), {"content-type": "application/json"}
    response = reviewer.patch("/v1/themes/T1", content=content, headers=headers)
    document = problem_of(response, 422, "invalid-body")
    assert [error.pointer for error in document.errors] == pointers
    assert LONG not in response.text
    assert reviewer.get("/v1/themes/T1").json() == before


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, ""),
        ({"into": None}, "/into"),
        ({"into": 3}, "/into"),
        ({"into": "3"}, "/into"),
        ({"into": "T3\n"}, "/into"),
        ({"into": "T2", "why": ""}, "/why"),
    ],
)
def test_a_merge_that_cannot_be_used_is_refused_with_pointers(reviewer, asked, pointer):
    response = reviewer.post("/v1/themes/T3/merge", json=asked)
    document = problem_of(response, 422, "invalid-body")
    assert [error.pointer for error in document.errors] == [pointer]


def test_a_theme_is_not_merged_into_itself(reviewer):
    response = reviewer.post("/v1/themes/T3/merge", json={"into": "T3"})
    document = problem_of(response, 422, "invalid-merge")
    assert "a theme cannot be merged into itself" in document.detail
    assert [error.pointer for error in document.errors] == ["/into"]


@pytest.mark.parametrize("into", ["T4", "T99"])
def test_a_theme_that_is_not_shown_takes_none_in(reviewer, into):
    response = reviewer.post("/v1/themes/T3/merge", json={"into": into})
    document = problem_of(response, 422, "invalid-merge")
    assert [error.pointer for error in document.errors] == ["/into"]


def test_a_merge_is_told_and_one_back_or_an_edit_of_what_is_merged_is_refused(reviewer):
    response = reviewer.post("/v1/themes/T11/merge", json={"into": "T1", "reason": "one cause"})
    told = ThemeDetail.model_validate_json(response.content)
    assert (told.id, told.size) == ("T1", 15)
    assert response.headers["etag"] == f'W/"{told.revision}-2025-03-31"'
    assert (told.changes[-1].field, told.changes[-1].new) == ("took_in", "T11")
    assert reviewer.get("/v1/themes/T11").json()["merged_into"] == "T1"
    problem_of(reviewer.post("/v1/themes/T1/merge", json={"into": "T11"}), 422, "invalid-merge")
    problem_of(reviewer.post("/v1/themes/T11/merge", json={"into": "T2"}), 422, "invalid-merge")
    edit = reviewer.patch("/v1/themes/T11", json={"note": "mine"})
    assert "Change T1." in problem_of(edit, 409, "merged-theme").detail
    assert reviewer.get("/v1/themes/T11").json()["note"] is None
    listed = [theme["id"] for theme in reviewer.get("/v1/themes").json()["themes"]]
    assert "T1" in listed
    assert "T11" not in listed


def test_nothing_is_merged_into_what_is_no_longer_found_or_dismissed(reviewer):
    gone = reviewer.post("/v1/themes/T3/merge", json={"into": "T12"})
    told = problem_of(gone, 422, "invalid-merge").detail
    assert "T12 is no longer found since 2025-03-31" in told
    reviewer.patch("/v1/themes/T2", json={"status": "dismissed"})
    shut = reviewer.post("/v1/themes/T3/merge", json={"into": "T2"})
    assert "T2 is dismissed" in problem_of(shut, 422, "invalid-merge").detail
    reviewer.patch("/v1/themes/T2", json={"status": "new"})
    assert reviewer.get("/v1/themes/T3").json()["merged_into"] is None


def test_the_list_can_be_had_with_the_retired_and_by_status(reviewer):
    reviewer.patch("/v1/themes/T1", json={"status": "dismissed"})

    def told(**query):
        return [one["id"] for one in reviewer.get("/v1/themes", params=query).json()["themes"]]

    assert told(status="dismissed") == ["T1"]
    assert "T1" not in told(status=["new", "resolved"])
    assert told(status=["new", "dismissed"]) == told()
    assert set(told(retired=True)) - set(told(retired=False)) == {"T12"}
    assert reviewer.get("/v1/themes/T12").json()["retired_on"] == "2025-03-31"


@pytest.mark.parametrize(
    ("query", "name"),
    [("status=done", "status"), ("status=new&status=", "status"), ("retired=maybe", "retired")],
)
def test_a_query_that_cannot_be_used_is_refused_without_being_repeated(reviewer, query, name):
    document = problem_of(reviewer.get(f"/v1/themes?{query}"), 422, "invalid-parameter")
    assert document.detail.startswith(f"parameter {name}: ")
    assert "done" not in document.detail


@pytest.mark.parametrize("query", ["owner=Mia", "Status=new", "status=new&limit=5", "retire=true"])
def test_a_query_that_would_be_ignored_is_refused(reviewer, query):
    document = problem_of(reviewer.get(f"/v1/themes?{query}"), 422, "invalid-parameter")
    assert "1 unknown" in document.detail
    assert "status, retired, emerging" in document.detail


@pytest.mark.parametrize("path", ["/v1/themes/T1", "/v1/themes/T1/merge"])
@pytest.mark.parametrize(
    ("content", "media_type", "status", "kind"),
    [
        (b"{", "application/json", 400, "not-json"),
        (b'{"note": NaN}', "application/json", 400, "not-json"),
        (b"note=a", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
    ],
)
def test_what_is_not_json_is_refused(reviewer, path, content, media_type, status, kind):
    method = "POST" if path.endswith("merge") else "PATCH"
    headers = {"content-type": media_type}
    problem_of(reviewer.request(method, path, content=content, headers=headers), status, kind)


@ON_SOCKET
@given(document=JSON_VALUES | st.dictionaries(MEMBERS | st.text(max_size=3), JSON_VALUES))
@pytest.mark.parametrize("path", ["/v1/themes/T3", "/v1/themes/T3/merge"])
def test_any_json_gets_an_answer_and_pointers_that_resolve(reviewer, path, document):
    response = reviewer.request(
        "POST" if path.endswith("merge") else "PATCH",
        path,
        content=json.dumps(document),
        headers={"content-type": "application/json"},
    )
    assert response.status_code in (200, 422)
    for error in response.json().get("errors", ()) if response.status_code == 422 else ():
        assert resolving(error["pointer"], document) == (error["pointer"], "")


@pytest.mark.parametrize("scope", ["score", None])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/themes"),
        ("GET", "/v1/themes/T1"),
        ("PATCH", "/v1/themes/T1"),
        ("POST", "/v1/themes/T1/merge"),
    ],
)
def test_themes_need_the_scope_review(house, method, path, scope):
    with house.client(*filter(None, [scope])) as other:
        response = other.request(method, path, json={})
    if scope is None:
        problem_of(response, 401, "unauthorised")
    else:
        assert "review" in problem_of(response, 403, "missing-scope").detail


def test_an_admin_may_edit_under_the_keys_own_name(house, reviewer):
    with house.client("admin", name="Ömer 管理") as admin:
        told = admin.patch("/v1/themes/T2", json={"note": "seen by admin"}).json()
    assert told["changes"][-1]["made_by"] == "Ömer 管理"


def test_logs_tell_ids_and_counts_and_no_word_of_a_theme(house, reviewer, caplog, until):
    caplog.set_level(logging.INFO, "redress.serving")
    reviewer.patch("/v1/themes/T2", json={"title": "a title", "note": "a note", "reason": "why"})
    reviewer.patch("/v1/themes/T2", json={"title": "a title" * 90})
    reviewer.get("/v1/themes/shop%20shop")
    reviewer.get("/v1/themes")
    house.current.look()
    until(lambda: "GET /v1/themes 200" in caplog.text)
    assert "PATCH /v1/themes/{id} 200" in caplog.text
    assert "theme=T2" in caplog.text
    for word in ("a title", "a note", "why", "shop", "found", "payment"):
        assert word not in caplog.text
