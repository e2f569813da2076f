"""The map: its page, what its script is told, and what is never told."""

import json
import re

import numpy as np
import pytest
from sqlalchemy import delete
from starlette.datastructures import QueryParams

from features.database import writing
from features.tables import APPEALS, MAP_PLACES
from models.themes import Status
from serving.dashboard.map_question import MapQuestion, question_of
from serving.dashboard.map_reading import MOST_LETTERS, SIDE, Fact, Sheet
from serving.dashboard.map_still import CELLS, still_of
from serving.dashboard.roles import Role

SHOWN = {"T1": 40, "T2": 24, "T3": 12, "T5": 30, "T6": 8}


def points_of(client):
    (url,) = re.findall(r'data-points="([^"]+)"', client.get("/map").text)
    return client.get(url).json()


def text_at(client, point, **asked):
    (url,) = re.findall(r'data-text="([^"]+)"', client.get("/map").text)
    return client.get(url, params={"map": url.partition("=")[2], "point": point, **asked})


def test_the_page_tells_the_themes_and_how_many_appeals_there_are(viewer):
    text = viewer.get("/map").text
    assert "117 appeals" in text
    assert "3 in no theme that can be shown" in text
    assert "▲</span> 20 of an open alarm" in text
    rows = re.findall(r'<tr data-theme="(T\d)" data-colour="(\w+)"', text)
    assert [colour for _, colour in rows] == ["c0", "c1", "c2", "c3", "c4"]
    assert [theme for theme, _ in rows] == ["T1", "T5", "T2", "T3", "T6"]
    assert "hidden from view" not in text
    assert "<script>alert" not in text


def test_the_still_drawing_has_dots_marks_and_links(viewer):
    text = viewer.get("/map").text
    (drawing,) = re.findall(r'<svg class="map-still".*?</svg>', text, re.DOTALL)
    assert {"none", "c0", "c1", "c2", "c3", "c4"} == set(re.findall(r'class="dots (\w+)"', drawing))
    assert re.search(r'class="marks" d="M\d', drawing)
    assert '<a href="/themes/T1"' in drawing
    assert "T4" not in text


def test_the_script_is_told_places_themes_and_facts(viewer):
    told = points_of(viewer)
    assert {len(told[name]) for name in ("x", "y", "theme")} == {117}
    assert min(told["x"]) == min(told["y"]) == 0
    assert max(*told["x"], *told["y"]) == SIDE
    counts = {name: told["theme"].count(place) for place, name in enumerate(told["themes"])}
    assert counts == SHOWN
    assert len(told["anchors"]) == len(told["themes"])
    assert told["facts"]["market"]["values"] == ["MY", "SG"]


def test_of_what_is_suppressed_nothing_but_the_place_is_told(viewer):
    told = points_of(viewer)
    untold = [place for place, theme in enumerate(told["theme"]) if theme < 0]
    assert len(untold) == 3
    for fact in told["facts"].values():
        assert {fact["codes"][place] for place in untold} == {0}
    for place in untold:
        answer = text_at(viewer, place)
        assert answer.status_code == 404
        assert answer.json() == {"told": False}
    assert "T4" not in json.dumps(told)


def test_a_text_is_told_without_what_tells_who_wrote_it(full_house):
    with writing(full_house.engine) as connection:
        long = "write to me at jo@example.com or call +65 9123 4567. " + "again " * 200
        connection.execute(APPEALS.update().values(text=long))
    client = full_house.client(Role.VIEWER)
    place = points_of(client)["theme"].index(0)
    answer = text_at(client, place)
    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert said["theme"] == "T1"
    assert said["text"].startswith("write to me at [email] or call [phone].")
    assert len(said["text"]) <= MOST_LETTERS
    assert said["text"].endswith("…")


@pytest.mark.parametrize(
    "point", ["", "-1", "117", "1e3", "x", "9" * 400, "٣", "1 OR 1=1", "<script>"]
)
def test_a_point_that_is_not_there_tells_nothing(viewer, point):
    answer = text_at(viewer, point)
    assert (answer.status_code, answer.json()) == (404, {"told": False})


@pytest.mark.parametrize("key", ["", "0" * 16, "%00"])
def test_a_text_of_another_map_is_refused(viewer, key):
    answer = viewer.get("/map/text", params={"map": key, "point": 0})
    assert (answer.status_code, answer.json()) == (409, {"changed": True})


def test_places_are_sent_once_and_anew_after_a_change(full_house):
    client = full_house.client(Role.VIEWER)
    first = client.get("/map/points")
    mark = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    again = client.get("/map/points", headers={"If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")
    manager = full_house.client(Role.MANAGER)
    titled = full_house.send(manager, "/themes/T1/change", revision=0, title="Ours")
    assert titled.status_code == 303
    assert "Ours" in client.get("/map").text
    assert client.get("/map/points", headers={"If-None-Match": mark}).status_code == 304
    assert full_house.send(manager, "/themes/T6/merge", revision=0, into="T5").status_code == 303
    changed = client.get("/map/points", headers={"If-None-Match": mark})
    assert changed.status_code == 200
    assert changed.headers["etag"] != mark


@pytest.mark.parametrize("path", ["/map", "/map/points", "/map/text?map=x&point=0"])
def test_nobody_sees_the_map_without_signing_in(house, path):
    answer = house.client().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


def test_before_the_first_discovery_the_page_says_what_to_do(new_house):
    client = new_house.client(Role.VIEWER)
    assert "Nothing has been discovered yet" in client.get("/map").text
    told = client.get("/map/points").json()
    assert (told["x"], told["theme"], told["themes"]) == ([], [], [])


@pytest.mark.parametrize(
    ("query", "matching"),
    [
        ("theme=T1", 40),
        ("theme=T1&theme=T5", 70),
        ("theme=T4", 0),
        ("theme=T99", 0),
        ("emerging=1", 20),
        ("emerging=1&theme=T5", 10),
        ("status=dismissed", 0),
        ("status=new", 114),
        ("policy=counterfeit", 29),
        ("market=SG&theme=T6", 3),
        ("market=XX", 0),
        ("language=en", 114),
    ],
)
def test_what_is_asked_for_stands_out(viewer, query, matching):
    text = viewer.get(f"/map?{query}").text
    (told,) = re.findall(r'role="status">([\d,]+) of 117 appeals stand out', text)
    assert int(told) == matching


@pytest.mark.parametrize("theme", ["T4", "T99"])
def test_why_nothing_stands_out_is_told(viewer, theme):
    text = viewer.get(f"/map?theme=T1&theme={theme}").text
    assert f"{theme} is unknown, or not shown" in text
    assert "T1 is unknown" not in text
    assert "is unknown" not in viewer.get("/map?theme=T1").text


def test_a_theme_whose_appeals_lie_elsewhere_leads_to_its_page(full_house):
    with writing(full_house.engine) as connection:
        connection.execute(delete(MAP_PLACES).where(MAP_PLACES.c.appeal_id.startswith("T6-")))
    text = full_house.client(Role.VIEWER).get("/map?theme=T6").text
    assert '<a href="/themes/T6">T6</a> has no appeal on this map' in text


@pytest.mark.parametrize(
    "query", ["theme=", "theme=%3Cscript%3E", "status=odd", "emerging=yes", "market=", "other=1"]
)
def test_what_cannot_be_used_is_left_out(viewer, query):
    assert viewer.get(f"/map?{query}").text == viewer.get("/map").text


def test_dismissed_themes_are_grey_unnamed_and_unlisted_until_asked_for(full_house):
    manager = full_house.client(Role.MANAGER)
    full_house.send(manager, "/themes/T5/dismiss", revision=0, reason="a test of ours")

    def told(path):
        text = manager.get(path).text
        rows = re.findall(r'<tr data-theme="(T\d)"', text)
        (lit,) = re.findall(r'data-lit="([^"]*)"', text)
        return text, rows, lit.split(), '<a href="/themes/T5" class=' in text

    text, *shown = told("/map")
    assert shown == [["T1", "T2", "T3", "T6"], ["T1", "T2", "T3", "T6"], False]
    assert '1 dismissed, grey and without a name: <a href="/map?dismissed=1">show</a>' in text
    assert 'class="dots none"' in text
    for path in ("/map?dismissed=1", "/map?status=dismissed", "/map?theme=T5"):
        text, rows, lit, named = told(path)
        assert "T5" in rows
        assert "T5" in lit
        assert named
        assert "grey and without a name" not in text


def test_an_address_says_all_that_is_asked():
    asked = MapQuestion(("T1", "T12"), (Status.NEW,), True, "SG", "a&b", "zh", dismissed=True)
    assert question_of(QueryParams(asked.url().partition("?")[2])) == asked
    assert MapQuestion().url() == "/map"
    assert not MapQuestion().filters
    assert asked.of_themes("T3").themes == ("T3",)


def test_of_many_themes_the_largest_are_listed_and_those_that_matter(viewer, monkeypatch):
    monkeypatch.setattr("serving.dashboard.map_page.MOST_ROWS", 1)
    text = viewer.get("/map?theme=T3").text
    assert re.findall(r'<tr data-theme="(T\d)"', text) == ["T1", "T5", "T3"]
    assert "2 smaller themes more" in text


def test_a_theme_that_was_merged_is_told_as_the_other(full_house):
    manager = full_house.client(Role.MANAGER)
    before = points_of(manager)["theme"]
    assert before.count(0) == SHOWN["T1"]
    answer = full_house.send(manager, "/themes/T6/merge", revision=0, into="T1")
    assert answer.status_code == 303
    told = points_of(manager)
    assert "T6" not in told["themes"]
    assert told["theme"].count(told["themes"].index("T1")) == SHOWN["T1"] + SHOWN["T6"]


def sheet_of(places, theme, emerging=()):
    n = len(places)
    return Sheet(
        key="k",
        ids=tuple(map(str, range(n))),
        places=np.array(places, dtype=np.int32).reshape(-1, 2),
        themes=("T1", "T2"),
        theme=np.array(theme, dtype=np.int32),
        emerging=np.isin(np.arange(n), emerging),
        facts={"market": Fact(("SG",), np.zeros(n, dtype=np.int32))},
    )


def test_a_dot_has_the_colour_of_most_and_untold_ones_only_where_they_are_alone():
    sheet = sheet_of([[0, 0]] * 5 + [[SIDE, 0]], [-1, -1, 0, 1, 1, -1], emerging=[2])
    still = still_of(sheet, np.ones(6, dtype=bool), {"T1": 0, "T2": 1}, {"T1": "one"})
    assert {dots.kind: dots.path for dots in still.dots} == {
        "none": f"M{10 * (CELLS - 1) + 5} 5h0",
        "c1": "M5 5h0",
    }
    assert still.marks.count("z") == 1
    assert [label.title for label in still.labels] == ["one"]


def test_names_that_would_cover_each_other_are_left_out():
    sheet = sheet_of([[5_000, 5_000], [5_000, 5_010]], [0, 1])
    lit = np.ones(2, dtype=bool)
    still = still_of(sheet, lit, {}, {"T2": "the first", "T1": "the second"})
    assert [label.theme_id for label in still.labels] == ["T2"]
    assert {dots.kind for dots in still.dots} == {"other"}


def test_an_empty_sheet_is_an_empty_drawing():
    still = still_of(sheet_of([], []), np.ones(0, dtype=bool), {}, {})
    assert (still.dots, still.marks, still.labels) == ((), "", ())


# In the browser.


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/map", "/map?theme=T1&emerging=1&market=SG"])
def test_the_map_is_sound_at_every_width_and_in_every_colour(screens, look, path):
    screen = screens(Role.MANAGER, look)
    page = screen.open(path)
    page.wait_for_selector("figure.map[data-drawn=yes]")
    screen.require_sound()
    assert len(page.content().encode()) < 150_000
    assert not page.locator("svg.map-still").is_visible()


def middle_of(page, theme):
    """Where an appeal of a theme is on the screen."""
    return page.evaluate(
        """theme => {
            const { chart } = document.getElementById("map");
            const { sheet } = chart;
            const point = sheet.theme.findIndex((one) => sheet.themes[one] === theme);
            const [x, y] = chart.toScreen(sheet.x[point], sheet.y[point]);
            const box = chart.canvas.getBoundingClientRect();
            return [box.left + x, box.top + y];
        }""",
        theme,
    )


@pytest.mark.slow
def test_hovering_tells_the_text_and_a_click_opens_the_theme(screens):
    screen = screens()
    page = screen.open("/map")
    page.wait_for_selector("figure.map[data-drawn=yes]")
    page.mouse.move(*middle_of(page, "T5"))
    page.wait_for_selector(".told:not(.gone)")
    assert "my payout is held, says T5" in page.locator(".told").inner_text()
    page.mouse.click(*middle_of(page, "T5"))
    page.wait_for_url("**/themes/T5")
    assert screen.faults == []


@pytest.mark.slow
def test_the_map_is_zoomed_moved_and_found_again_by_its_address(screens):
    screen = screens()
    page = screen.open("/map")
    page.wait_for_selector("figure.map[data-drawn=yes]")
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_url("**/map#1.60,*")
    box = page.locator("figure.map canvas").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 90, steps=4)
    page.mouse.up()
    seen = page.evaluate("document.getElementById('map').chart.middle.map(Math.round)")
    assert seen[0] < SIDE / 2
    page.wait_for_url(f"**/map#1.60,{seen[0]},{seen[1]}")
    page.reload()
    page.wait_for_selector("figure.map[data-drawn=yes]")
    again = page.evaluate("document.getElementById('map').chart.middle")
    assert again == seen
    page.get_by_role("button", name="Whole map").click()
    page.wait_for_url("**/map")
    assert screen.faults == []


@pytest.mark.slow
def test_the_map_can_be_read_by_keyboard(screens):
    screen = screens()
    page = screen.open("/map?theme=T1")
    page.wait_for_selector("figure.map[data-drawn=yes]")
    page.locator("figure.map canvas").focus()
    page.keyboard.press("ArrowRight")
    said = page.locator("#map-said")
    said.filter(has_text=re.compile("says T1")).wait_for(state="attached")
    first = said.text_content()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    other = re.compile(f"^(?!{re.escape(first)}).*says T1")
    said.filter(has_text=other).wait_for(state="attached")
    page.keyboard.press("Enter")
    page.wait_for_url("**/themes/T1")


@pytest.mark.slow
def test_without_scripts_the_drawing_and_the_list_lead_to_themes(screens, look_of):
    screen = screens(Role.MANAGER, look_of(scripts=False))
    page = screen.open("/map")
    assert page.locator("svg.map-still").is_visible()
    assert not page.locator(".steer").is_visible()
    page.get_by_role("link", name="Show only T5").click()
    assert page.url.endswith("/map?theme=T5")
    assert "30 of 117 appeals stand out" in page.locator(".count").inner_text()
    page.locator("svg.map-still a").first.click()
    page.wait_for_url("**/themes/T5")
