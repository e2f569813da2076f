"""The pages as `redress serve` gives them: a real process, a real browser, and a key."""

import csv
from pathlib import Path

import pytest
import sqlalchemy as sa

from features.tables import DECISIONS
from models.catalog import Catalog

pytestmark = pytest.mark.slow


@pytest.fixture
def service(tmp_path, started, until, catalogue_filler, queue_filler):
    with started(tmp_path) as opened:
        catalogue_filler(opened.engine)
        queue_filler(opened.engine)
        until(lambda: "Redress serves on" in opened.said())
        yield opened


def test_a_key_opens_the_pages_and_a_theme_and_an_appeal_are_dealt_with(service, screen_at):
    screen = screen_at(service.url)
    page = screen.open("/")
    page.get_by_label("Key").fill(service.key("review"))
    page.get_by_role("button", name="Sign in with the key").click()
    assert page.locator("h1").inner_text() == "Today"

    page.get_by_role("link", name="Themes", exact=True).click()
    page.get_by_role("link", name="phone cases, counterfeit").first.click()
    page.wait_for_url("**/themes/T5")
    page.get_by_label("Status", exact=True).select_option("escalated")
    page.get_by_role("button", name="Save changes").click()
    assert page.locator(".said").inner_text() == "Saved: status."
    assert Catalog(service.engine).theme("T5", 0).status == "escalated"

    page.get_by_role("link", name="Queue", exact=True).click()
    page.get_by_role("link", name="Q-5", exact=True).first.click()
    page.get_by_label("upheld").check()
    page.get_by_role("button", name="Record the decision").click()
    assert page.locator(".said").inner_text() == "Recorded: upheld."
    made = sa.select(DECISIONS.c.outcome).where(DECISIONS.c.appeal_id == "Q-5")
    with service.engine.connect() as connection:
        assert connection.execute(made).scalar_one() == "upheld"

    screen.open("/themes")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download as CSV").click()
    with Path(caught.value.path()).open(encoding="utf-8-sig", newline="") as file:
        titles = [row["title"] for row in csv.DictReader(file)]
    assert "phone cases, counterfeit" in titles

    # What was still loading when the next link was followed, and a download, are broken off.
    assert [fault for fault in screen.faults if not fault.startswith("failed: ")] == []
    screen.open("/nowhere")
    assert page.get_by_role("navigation").get_by_role("link", name="Themes").is_visible()
    assert "Traceback" not in service.said()
