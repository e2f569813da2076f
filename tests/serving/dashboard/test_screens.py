"""The pages in a real Chromium, as people see them."""

import re

import pytest

from serving.dashboard.roles import Role

pytestmark = pytest.mark.slow
MOST_BYTES = 150_000


@pytest.mark.parametrize(
    "path", ["/themes", "/themes?status=new&q=payout&sort=title", "/themes/T1", "/themes/T3"]
)
def test_a_page_is_sound_at_every_width_and_in_every_colour(screens, look, path):
    screen = screens(Role.MANAGER, look)
    page = screen.open(path)
    screen.require_sound()
    assert page.locator("h1").count() == 1
    assert len(page.content().encode()) < MOST_BYTES


def test_the_page_to_sign_in_on_is_sound(screens, look):
    screen = screens(None, look)
    page = screen.open("/sign-in")
    screen.require_sound()
    assert page.locator("nav").count() == 0


def test_charts_are_drawn_from_the_bundle_and_only_where_there_are_any(screens):
    screen = screens()
    page = screen.open("/themes")
    assert page.locator("script[src]").count() == 0
    page = screen.open("/themes/T5")
    assert page.locator("figure.chart[data-drawn=yes] canvas").count() == 1
    assert not page.locator("svg.still").is_visible()
    assert "4" in page.locator("figure.chart table").text_content()


def test_without_scripts_the_figures_are_there_and_actions_work(screens, house, look_of):
    screen = screens(Role.MANAGER, look_of(scripts=False))
    page = screen.open("/themes/T5")
    assert page.locator("svg.still").is_visible()
    page.locator("figure.chart summary").click()
    assert page.locator("figure.chart tbody tr").first.is_visible()
    page.get_by_label("Owner").fill("Aisha")
    page.get_by_role("button", name="Save changes").click()
    assert page.get_by_role("status").inner_text() == "Saved: owner."
    assert house.theme("T5").owner == "Aisha"
    assert page.get_by_text("Aisha is on it").is_visible()
    page.reload()
    assert page.locator(".said").count() == 0


def test_hostile_and_foreign_titles_are_shown_as_they_are(screens):
    screen = screens()
    page = screen.open("/themes")
    titles = page.locator("table.themes tbody th > a").all_inner_texts()
    assert "<script>alert(\"1\")</script> & 'co'" in titles
    assert any("🙏🏽" in title for title in titles)
    page = screen.open("/themes/T3")
    assert page.locator("h1").evaluate("one => getComputedStyle(one).direction") == "rtl"
    screen.require_sound()


def test_the_whole_way_can_be_gone_by_keyboard(screens):
    screen = screens(Role.MANAGER)
    page = screen.open("/themes")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("counterfeit")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=counterfeit"))
    page.locator("table.themes tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/themes/T5")


def test_signing_in_and_out_with_the_form(screens, house, look_of):
    house.users.add("Noor", Role.VIEWER, "four words make it")
    screen = screens(None, look_of(width=390, scheme="dark"))
    page = screen.open("/themes?q=bank")
    page.get_by_label("Name").fill("NOOR")
    page.get_by_label("Password").fill("four words make it")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/themes?q=bank")
    assert page.locator(".who span").inner_text() == "Noor, viewer"
    screen.open("/themes/T1")
    assert page.get_by_role("button", name=re.compile("Save|Add")).count() == 0
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    screen.open("/themes")
    assert page.url.endswith("/sign-in?next=%2Fthemes")
    assert screen.faults == []
