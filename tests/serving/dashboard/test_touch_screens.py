"""The pages under fingers, at the width of a telephone: they can be enlarged, and scrolled past."""

import pytest

from serving.dashboard.door import SESSION_COOKIE
from serving.dashboard.roles import Role

pytestmark = pytest.mark.slow
PHONE = {
    "viewport": {"width": 390, "height": 800},
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "reduce",
}
PATHS = (
    "/",
    "/alarms",
    "/themes",
    "/themes/T1",
    "/map",
    "/queue",
    "/policies",
    "/model",
    "/digest",
)


@pytest.fixture(scope="module")
def phone(browser, house):
    """Give a page of a telephone, signed in."""
    context = browser.new_context(**PHONE)
    cookie = {"name": SESSION_COOKIE, "value": house.session(Role.MANAGER), "url": house.url}
    context.add_cookies([cookie])
    yield context.new_page()
    context.close()


def opened(phone, house, path):
    phone.goto(house.url + path)
    if phone.locator("figure.chart").count():
        phone.wait_for_selector("figure.chart:not([data-drawn])", state="detached")
    return phone.context.new_cdp_session(phone)


def middle_of(phone, selector):
    place = phone.locator(selector).first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("path", PATHS)
def test_every_page_may_be_enlarged(viewer, path):
    page = viewer.get(path).text
    meta = page.split('<meta name="viewport" content="')[1].split('"')[0]
    assert dict(part.strip().split("=") for part in meta.split(",")) == {
        "width": "device-width",
        "initial-scale": "1",
    }


def touch(session, *ways):
    """Draw fingers over the page: of each the places that it goes through, as many as of others."""
    for step, places in enumerate(zip(*ways, strict=True)):
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
        kind = "touchMove" if step else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def spread(session, x, y):
    """Draw two fingers apart."""
    ways = range(20, 100, 8)
    touch(session, [(x - way, y) for way in ways], [(x + way, y) for way in ways])


@pytest.mark.parametrize(
    ("path", "selector"), [("/themes", "h1"), ("/themes/T5", "figure.chart canvas")]
)
def test_two_fingers_enlarge_a_page_and_the_charts_on_it(phone, house, path, selector):
    session = opened(phone, house, path)
    spread(session, *middle_of(phone, selector))
    phone.wait_for_function("visualViewport.scale > 1.5")


@pytest.mark.parametrize(
    ("path", "selector"), [("/themes/T5", "figure.chart canvas"), ("/map", ".sheet canvas")]
)
def test_one_finger_scrolls_past_a_drawing(phone, house, path, selector):
    session = opened(phone, house, path)
    x, y = middle_of(phone, selector)
    before = phone.evaluate("scrollY")
    touch(session, [(x, y - way) for way in range(0, 160, 10)])
    phone.wait_for_function("before => scrollY > before + 60", arg=before)
