"""The pages Today and Policies in a real Chromium, as people see them."""

import pytest

from serving.dashboard.roles import Role

pytestmark = pytest.mark.slow
MOST_BYTES = 150_000
PATHS = ["/", "/policies", "/policies/part?policy=payment_hold&detection=automated"]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_sound_at_every_width_and_in_every_colour(screens, look, path):
    screen = screens(Role.VIEWER, look)
    page = screen.open(path)
    screen.require_sound()
    assert page.locator("h1").count() == 1
    assert page.locator("figure.chart[data-drawn=yes] canvas").count() >= 1
    assert len(page.content().encode()) < MOST_BYTES


@pytest.mark.parametrize("path", PATHS)
def test_without_scripts_every_figure_can_be_read(screens, look_of, path):
    page = screens(Role.VIEWER, look_of(scripts=False)).open(path)
    figures = page.locator("figure.chart")
    assert figures.count() >= 1
    for figure in figures.all():
        assert figure.locator("svg.still").is_visible()
        figure.locator("summary").click()
        assert figure.locator("tbody tr").first.is_visible()


def test_from_an_alarm_it_is_one_step_to_its_page_and_to_its_theme(screens):
    page = screens(Role.VIEWER).open("/")
    page.get_by_role("article").first.get_by_role("link").first.click()
    page.wait_for_url("**/alarms/A1")
    page.go_back()
    page.get_by_role("article").first.get_by_role("link").nth(1).click()
    page.wait_for_url("**/themes/T1")


def test_from_a_row_it_is_one_step_to_what_it_is_made_of(screens):
    page = screens(Role.VIEWER).open("/policies?weeks=8")
    page.get_by_label("Market").select_option("SG")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/policies?weeks=8&market=SG")
    page.goto(page.url.replace("&market=SG", ""))
    page.locator("table.policies tbody a").first.click()
    page.wait_for_url("**/policies/part?*weeks=8*")
    assert page.get_by_role("region", name="Appeals").locator("tbody tr").first.is_visible()
