"""The endpoints of alarms over a real socket, and what alarms change about themes and scores."""

import logging
from datetime import date, timedelta

import pytest

from models import theme_encoder
from models.alarms import Kind, Part
from serving.alarm_shapes import AlarmDetail, AlarmList
from serving.shapes import ProblemDocument, ScoreAnswer
from serving.theme_shapes import ThemeDetail, ThemeList

DAY = date(2025, 3, 31)
PLAN = {"T1": ("payout held", 9), "T2": ("listing removed", 7)}


def problem_of(response, status, kind):
    assert response.status_code == status, response.text
    document = ProblemDocument.model_validate_json(response.content)
    assert (document.status, document.type) == (status, f"urn:redress:problem:{kind}")
    return document


@pytest.fixture(scope="module")
def reviewer(house, encoder, found_of, sighting_of):
    """A client that may review: A1 is over, A2 a cause and A3 a fall are open."""
    digest = theme_encoder.keep(encoder, house.current.settings.home)
    [centre] = encoder.encode(["payout held"])
    spam = Part(policy="spam")
    stream = {
        0: [sighting_of("xyz", 50.0)],
        7: [
            sighting_of("abc", 426.0, place=centre, theme="T1", emerging=True),
            sighting_of((), 40.0, kind=Kind.FALL, part=spam, theme="T2"),
        ],
        8: [sighting_of("abcd", 426.0, place=centre, theme="T1", emerging=True)],
    }
    for day, sightings in stream.items():
        found = found_of(encoder, digest, PLAN, as_of=DAY + timedelta(days=day), known=PLAN)
        house.current.catalog.write(found, sightings)
    house.current.look()
    with house.client("review") as opened:
        yield opened


def ids(response):
    told = AlarmList.model_validate_json(response.content)
    return [alarm.id for alarm in told.alarms]


def test_before_the_first_discovery_the_list_is_empty(new_house):
    with new_house.client("review") as client:
        assert client.get("/v1/alarms").json() == {"as_of": None, "alarms": []}
        problem_of(client.get("/v1/alarms/A1"), 404, "no-such-alarm")


def test_the_list_tells_open_alarms_first(reviewer):
    response = reviewer.get("/v1/alarms")
    assert response.status_code == 200
    assert ids(response) == ["A2", "A3", "A1"]
    assert response.json()["as_of"] == "2025-04-08"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("open=true", ["A2", "A3"]),
        ("open=false", ["A1"]),
        ("since=2025-04-08", ["A2", "A3", "A1"]),
        ("since=2025-04-09", ["A2", "A3"]),
        ("kind=fall", ["A3"]),
        ("kind=fall&kind=cause&open=true", ["A2", "A3"]),
        ("kind=rise", []),
    ],
)
def test_the_list_can_be_had_in_part(reviewer, query, expected):
    assert ids(reviewer.get(f"/v1/alarms?{query}")) == expected


def test_an_alarm_is_told_whole(reviewer):
    told = AlarmDetail.model_validate_json(reviewer.get("/v1/alarms/A2").content)
    assert [(day.turn, day.appeals) for day in told.history] == [("opened", 3), ("grew", 4)]
    assert (told.recurrence, told.theme, told.closed_on) == ("once in 14 months", "T1", None)
    assert told.exemplars[0].text == "my funds [number] are held"
    over = AlarmDetail.model_validate_json(reviewer.get("/v1/alarms/A1").content)
    assert over.closed_on == DAY + timedelta(days=8)


@pytest.mark.parametrize(
    "alarm", ["A9", "a1", "T1", "A1 ", "A" + "9" * 19, "A١", "x%00y", "%ff", "x" * 300]
)
def test_an_alarm_that_is_not_there_is_404(reviewer, alarm):
    response = reviewer.get(f"/v1/alarms/{alarm}")
    assert "list of alarms" in problem_of(response, 404, "no-such-alarm").detail


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("open=maybe", "open"),
        ("since=yesterday", "since"),
        ("since=2025-02-30", "since"),
        ("since=", "since"),
        ("kind=surge", "kind"),
        ("kind=fall&kind=", "kind"),
    ],
)
def test_a_query_that_cannot_be_used_is_refused_without_being_repeated(reviewer, query, name):
    document = problem_of(reviewer.get(f"/v1/alarms?{query}"), 422, "invalid-parameter")
    assert document.detail.startswith(f"parameter {name}: ")
    assert "surge" not in document.detail.replace("'cause'", "")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/alarms?opened=true", "none but open, since, kind"),
        ("/v1/alarms?kind=fall&limit=3", "none but open, since, kind"),
        ("/v1/alarms/A2?days=3", "expected none"),
    ],
)
def test_a_query_that_would_be_ignored_is_refused(reviewer, path, expected):
    document = problem_of(reviewer.get(path), 422, "invalid-parameter")
    assert "1 unknown" in document.detail
    assert expected in document.detail


@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_of_all_are_days(reviewer, since):
    assert reviewer.get(f"/v1/alarms?since={since}").status_code == 200


@pytest.mark.parametrize("path", ["/v1/alarms", "/v1/alarms/A2"])
def test_alarms_need_the_scope_review(house, path):
    with house.client() as stranger, house.client("score") as intake:
        problem_of(stranger.get(path), 401, "unauthorised")
        assert "review" in problem_of(intake.get(path), 403, "missing-scope").detail


def test_nothing_is_changed_through_alarms(reviewer):
    assert reviewer.patch("/v1/alarms/A2", json={}).status_code == 405
    assert reviewer.post("/v1/alarms", json={}).status_code == 405


def test_themes_tell_whether_they_emerge(reviewer):
    told = ThemeList.model_validate_json(reviewer.get("/v1/themes").content)
    marks = {theme.id: (theme.emerging, theme.alarms) for theme in told.themes}
    assert marks == {"T1": (True, ["A2"]), "T2": (False, ["A3"])}
    whole = ThemeDetail.model_validate_json(reviewer.get("/v1/themes/T1").content)
    assert (whole.emerging, whole.alarms) == (True, ["A2"])
    for asked, expected in (("true", ["T1"]), ("false", ["T2"])):
        listed = reviewer.get(f"/v1/themes?emerging={asked}").json()["themes"]
        assert [theme["id"] for theme in listed] == expected
    refused = problem_of(reviewer.get("/v1/themes?emerging=yes!"), 422, "invalid-parameter")
    assert refused.detail.startswith("parameter emerging: ")


def test_a_score_tells_the_alarm_that_its_appeal_falls_into(house, reviewer, appeal):
    asked = [appeal("near", text="payout held"), appeal("far", text="listing removed")]
    with house.client("score") as intake:
        response = intake.post("/v1/score", json={"appeals": asked})
    ScoreAnswer.model_validate_json(response.content)
    near, far = response.json()["results"]
    assert near["emerging"] == {
        "alarm": "A2",
        "title": "payout, bank change",
        "since": "2025-03-31",
        "recurrence_days": 426.0,
    }
    assert far["emerging"] is None


def test_logs_tell_ids_and_counts_and_no_word_of_an_alarm(house, reviewer, caplog, until):
    caplog.set_level(logging.INFO, "redress.serving")
    reviewer.get("/v1/alarms/A2")
    reviewer.get("/v1/alarms")
    until(lambda: "GET /v1/alarms 200" in caplog.text)
    assert "GET /v1/alarms/{id} 200" in caplog.text
    assert "alarm=A2" in caplog.text
    for word in ("payout", "funds", "payment"):
        assert word not in caplog.text
