"""The page Digest: its days, its frame, its files."""

from datetime import UTC, date, datetime, timedelta

import pytest

from serving.dashboard.digest_page import last_monday
from serving.dashboard.roles import Role
from serving.dashboard.visits import HEADERS

WEEK = {"since": "2025-03-24", "until": "2025-03-31"}


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        (date(2025, 3, 31), date(2025, 3, 24)),  # a Monday: the week that is over
        (date(2025, 4, 1), date(2025, 3, 31)),
        (date(2025, 4, 6), date(2025, 3, 31)),
    ],
)
def test_the_last_monday_is_before_the_day(day, monday):
    assert last_monday(day) == monday


def test_by_default_it_is_of_the_days_since_the_monday_before_the_newest_discovery(viewer):
    page = viewer.get("/digest")
    assert page.status_code == 200
    assert 'value="2025-03-24"' in page.text
    assert 'value="2025-03-31"' in page.text
    assert "2 opened · 0 escalated or grown · 0 open from before, unchanged · 0 closed" in page.text
    assert "2 are open on 31 Mar 2025" in page.text
    assert 'src="/digest/preview?since=2025-03-24&amp;until=2025-03-31"' in page.text


def test_the_frame_may_run_and_load_nothing(viewer):
    page, shown = viewer.get("/digest", params=WEEK), viewer.get("/digest/preview", params=WEEK)
    assert "<iframe" in page.text
    assert ' sandbox="allow-top-navigation-by-user-activation">' in page.text
    policy = page.headers["content-security-policy"]
    assert policy == HEADERS["Content-Security-Policy"] + "; frame-src 'self'"
    rules = set(shown.headers["content-security-policy"].split("; "))
    sandbox = "sandbox allow-top-navigation-by-user-activation"
    assert {"default-src 'none'", sandbox, "frame-ancestors 'self'"} <= rules
    assert not any(rule.startswith("script-src") for rule in rules)
    assert "Redress digest" in shown.text
    assert "<script>alert" not in shown.text


def test_alarms_and_themes_lead_to_their_pages_in_the_preview_alone(viewer):
    shown = viewer.get("/digest/preview", params=WEEK).text
    assert '<a href="/alarms/A1" target="_top"' in shown
    assert '<a href="/themes/T1" target="_top"' in shown
    assert "<a " not in viewer.get("/digest.html", params=WEEK).text


@pytest.mark.parametrize(
    ("path", "media", "start"),
    [("/digest.html", "text/html", "<!doctype html>"), ("/digest.md", "text/markdown", "# ")],
)
def test_it_can_be_taken_away(viewer, path, media, start):
    answer = viewer.get(path, params=WEEK)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"
    ending = path.rpartition(".")[2]
    name = f"digest-2025-03-24-2025-03-31.{ending}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.text.startswith(start)


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        ("yesterday", "", "is not a day"),
        ("2025-02-30", "", "is not a day"),
        ("2025-03-24", "<script>", "&lt;script&gt;"),
        ("2025-03-24", "2025-03-20", "is before the first"),
        ("0001-01-02", "2025-03-20", "is too early"),
        (str(datetime.now(UTC).date() + timedelta(days=3)), "", "is in the future"),
        ("9" * 500, "", "is not a day"),
    ],
)
def test_days_that_are_none_are_shown_again_with_the_reason(viewer, since, until, why):
    page = viewer.get("/digest", params={"since": since, "until": until})
    assert page.status_code == 422
    assert why in page.text
    assert "<iframe" not in page.text
    assert 'role="alert"' in page.text
    assert viewer.get("/digest.md", params={"since": since, "until": until}).status_code == 422


def test_before_the_first_discovery_it_says_what_to_do(new_house):
    client = new_house.client(Role.VIEWER)
    page = client.get("/digest")
    assert page.status_code == 200
    assert "redress discover" in page.text
    assert "First day" not in page.text
    assert client.get("/digest.html").status_code == 503


def test_only_those_who_are_signed_in_see_it(house):
    nobody = house.client(follow_redirects=False)
    for path in ("/digest", "/digest/preview", "/digest.html", "/digest.md"):
        assert nobody.get(path).status_code == 303


def test_only_managers_are_led_to_the_report(viewer, manager):
    assert "/regulator" not in viewer.get("/digest").text
    assert "/regulator" in manager.get("/digest").text
