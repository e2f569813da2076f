"""The queue and an appeal in a real Chromium, as people see them."""

import pytest
import sqlalchemy as sa

from features.tables import DECISIONS
from serving.dashboard.roles import Role

pytestmark = pytest.mark.slow
MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def house(queue_house):
    """The service with a queue."""
    return queue_house


@pytest.mark.parametrize(
    "path", ["/queue", "/queue?tier=high&uncertain=1", "/queue/Q-1", "/queue/Q-3", "/queue/Q-4"]
)
def test_a_page_is_sound_at_every_width_and_in_every_colour(screens, look, path):
    screen = screens(Role.MANAGER, look)
    page = screen.open(path)
    screen.require_sound()
    assert page.locator("h1").count() == 1
    assert len(page.content().encode()) < MOST_BYTES


def test_blind_pages_are_sound_and_without_scripts_a_blind_decision_is_made(
    screens, house, look_of
):
    screen = screens(Role.REVIEWER, look_of(scripts=False))
    page = screen.open("/queue")
    page.get_by_role("button", name="Decide blind").click()
    assert page.get_by_role("status").first.inner_text().startswith("Scores are hidden")
    page = screen.open("/queue/Q-5")
    assert page.get_by_text("The score is hidden until you have decided").is_visible()
    assert page.locator("mark, .moved").count() == 0
    page.get_by_label("overturned").check()
    page.get_by_label("Escalated to").select_option("safety")
    page.get_by_role("button", name="Record the decision").click()
    assert page.locator(".said").inner_text() == "Recorded: overturned."
    assert page.locator(".moved tfoot").is_visible()
    query = sa.select(DECISIONS.c.outcome, DECISIONS.c.escalated_to)
    with house.engine.connect() as connection:
        made = connection.execute(query.where(DECISIONS.c.appeal_id == "Q-5")).all()
    assert made == [("overturned", "safety")]
    screen.open("/queue")
    assert page.locator("table.queue th[aria-sort]").inner_text().startswith("Filed")


def test_blind_and_conflicting_pages_are_sound(screens, house, look):
    screen = screens(Role.ADMIN, look)
    page = screen.open("/queue")
    if page.get_by_role("button", name="Decide blind").count():
        page.get_by_role("button", name="Decide blind").click()
    screen.require_sound()
    screen.open("/queue/Q-2")
    screen.require_sound()


def test_the_second_of_two_reviewers_reads_both_decisions(screens, house):
    screen = screens(Role.ADMIN)
    page = screen.open("/queue/Q-6")
    other = screens(Role.MANAGER)
    first = other.open("/queue/Q-6")
    first.get_by_label("upheld").check()
    first.get_by_role("button", name="Record the decision").click()
    page.get_by_label("overturned").check()
    page.get_by_role("button", name="Record the decision").click()
    assert page.get_by_text("Yours was not recorded, and it is not lost").is_visible()
    assert page.locator(".lines li").first.inner_text().endswith("upheld")
    page.get_by_role("button", name="Record mine, in place of theirs").click()
    assert page.locator(".said").inner_text() == "Recorded: overturned."


def test_signs_tell_the_direction_beside_colours(screens):
    page = screens().open("/queue/Q-1")
    signs = {
        way: page.locator(f".letter mark.{way}").first.evaluate(
            "node => getComputedStyle(node, '::before').content"
        )
        for way in ("pro", "con")
    }
    assert signs == {"pro": '"+"', "con": '"−"'}


def test_hostile_and_foreign_texts_run_nothing_and_read_from_their_side(screens):
    screen = screens()
    page = screen.open("/queue/Q-2")
    assert page.locator(".letter").inner_text() == "<script>alert(\"1\")</script> & 'co'"
    page = screen.open("/queue/Q-3")
    direction = "node => getComputedStyle(node).direction"
    assert page.locator(".letter").evaluate(direction) == "rtl"
    assert screen.faults == []
