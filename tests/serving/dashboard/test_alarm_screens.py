"""The pages of alarms in a real Chromium, as people see them."""

import pytest

from serving.dashboard.roles import Role

pytestmark = pytest.mark.slow
MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def house(alarm_house):
    """The house that `screens` opens."""
    return alarm_house


@pytest.mark.parametrize("path", ["/alarms", "/alarms/A1", "/alarms/A2"])
def test_a_page_is_sound_at_every_width_and_in_every_colour(screens, look, path):
    screen = screens(Role.VIEWER, look)
    page = screen.open(path)
    screen.require_sound()
    assert page.locator("h1").count() == 1
    assert page.locator("figure.chart[data-drawn=yes] canvas").count() == 1
    assert len(page.content().encode()) < MOST_BYTES


def test_without_scripts_alarms_are_filtered_and_every_figure_read(screens, look_of):
    screen = screens(Role.VIEWER, look_of(width=390, scripts=False))
    page = screen.open("/alarms")
    assert page.locator("figure.chart svg.still path.open").count() == 1
    page.locator("figure.chart summary").click()
    assert page.locator("figure.chart tbody tr").first.is_visible()
    page.get_by_role("link", name="Closed", exact=True).click()
    page.get_by_text("Filter and sort").click()
    page.get_by_label("New cause").check()
    page.get_by_label("to", exact=True).fill("2025-01-31")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "state=closed" in page.url
    assert page.locator("table.alarms tbody th a").all_inner_texts() == ["visa"]
    page.get_by_role("link", name="visa").click()
    page.wait_for_url("**/alarms/A1")
    assert page.locator("svg.still").is_visible()
    assert screen.faults == []


def test_from_today_it_is_one_step_to_an_alarm_that_is_over_and_one_more_to_the_map(screens):
    screen = screens(Role.VIEWER)
    screen.open("/").locator(".ended a[href='/alarms/A2']").click()
    screen.page.wait_for_url("**/alarms/A2")
    page = screen.open("/alarms/A1")
    page.get_by_role("link", name="Its appeals on the map").click()
    page.wait_for_url("**/map?alarm=A1")
    assert page.get_by_role("status").first.inner_text().startswith("24 of 117 appeals stand out")
    screen.require_sound()
