"""The pages Themes and A theme in a real Chromium: facts, days, the band of a trend."""

import re

import pytest

from serving.dashboard.roles import Role

pytestmark = pytest.mark.slow
MOST_BYTES = 150_000


@pytest.mark.parametrize(
    "path",
    [
        "/themes?market=SG&policy=payment_hold&days=14&sort=-match",
        "/themes?from=2025-03-30&to=2025-04-30",
        "/themes?q=none+such&dismissed=1",
        "/themes/T5",
        "/themes/T5/merge?into=T1",
    ],
)
def test_a_page_is_sound_at_every_width_and_in_every_colour(screens, look, path):
    screen = screens(Role.MANAGER, look)
    page = screen.open(path)
    screen.require_sound()
    assert page.locator("h1").count() == 1
    assert len(page.content().encode()) < MOST_BYTES


def titles(page):
    return page.locator("table.themes tbody th > a").count()


def test_days_and_facts_are_chosen_without_scripts_and_kept(screens, look_of):
    screen = screens(Role.VIEWER, look_of(scripts=False))
    page = screen.open("/themes")
    page.get_by_role("link", name="Last 14").click()
    assert page.locator(".stretches [aria-current]").inner_text() == "Last 14"
    page.get_by_label("Market").select_option("SG")
    page.get_by_label("Search").fill("payout")
    page.get_by_role("button", name="Show", exact=True).click()
    assert re.search(r"days=14.*q=payout.*market=SG", page.url)
    assert titles(page) == 5
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Matching")
    page.get_by_role("link", name="Matching").click()
    assert re.search("market=SG.*days=14.*sort=match", page.url)
    page.get_by_label("Filed from").fill("2025-03-31")
    page.get_by_role("button", name="Show", exact=True).click()
    assert titles(page) == 1
    assert page.locator(".count").inner_text().startswith("1 theme matches · 31 Mar 2025 to 31")
    page.get_by_role("link", name="Last 7", exact=True).click()
    assert "from=" not in page.url
    assert page.get_by_label("Filed from").input_value() == ""
    assert screen.faults == []


def test_the_band_is_drawn_with_scripts_and_without(screens, look_of):
    page = screens().open("/themes/T5")
    assert page.locator("figure.chart[data-drawn=yes] canvas").count() == 1
    page = screens(Role.VIEWER, look_of(scripts=False)).open("/themes/T5")
    assert page.locator("svg.still path.band").is_visible()
    assert page.locator("svg.still rect.episode").count() == 1
    assert page.locator("svg.still path.beyond").count() == 1
    assert page.locator(".ticks span").all_inner_texts()[-1] == "31 Mar"
    assert page.locator(".tops span").all_inner_texts()[-1] == "0"
    page.locator("figure.chart summary").click()
    cells = page.locator("figure.chart tbody tr").first.locator("td").all_inner_texts()
    assert re.fullmatch(r"\d+ to \d+", cells[2])


def test_a_merge_is_asked_twice_and_the_way_to_it_is_near_the_top(screens, house, look_of):
    screen = screens(Role.MANAGER, look_of(width=390, scripts=False))
    page = screen.open("/themes/T6")
    way = page.get_by_role("link", name="Act on it")
    assert way.bounding_box()["y"] < 500
    way.click()
    page.get_by_text("Merge into another theme").click()
    page.get_by_label("Merge into", exact=True).select_option("T3")
    page.get_by_role("button", name="See what moves").click()
    assert page.locator("h1").inner_text() == "Merge T6 into T3?"
    assert house.theme("T6").merged_into is None
    page.get_by_role("link", name="Leave both as they are").click()
    assert page.url.endswith("/themes/T6")
