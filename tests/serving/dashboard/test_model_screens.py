"""The pages Model, Digest and the report in a real Chromium, with a real registry behind them."""

import pytest

from models.registry import Registry
from serving.dashboard.roles import Role

pytestmark = pytest.mark.slow
MOST_BYTES = 150_000
PATHS = ("/model", "/digest", "/regulator?since=2025-02&until=2025-03")


@pytest.fixture(scope="module", autouse=True)
def models(house, enter_models):
    enter_models(house)


def test_champion_and_challenger_stand_side_by_side(viewer):
    page = viewer.get("/model").text
    assert "Version 1 is in service" in page
    assert "version 2 would like to be" in page
    for told in ("0.740", "0.790", "4,500", "history", "Refused", "Passed", "says too little"):
        assert told in page
    assert "<script>alert" not in page
    assert "<code>mlflow ui</code>" in page
    assert "Decided since they were scored" in page
    assert "/#/runs/" not in page


def test_folders_of_the_server_are_told_to_admins_alone(house):
    tracking = house.settings.tracking
    assert (
        f"mlflow ui --backend-store-uri {tracking}" in house.client(Role.ADMIN).get("/model").text
    )
    for role in (Role.VIEWER, Role.MANAGER):
        assert str(house.settings.home) not in house.client(role).get("/model").text


def test_runs_are_linked_to_where_the_settings_say_where_mlflow_is(house, house_in):
    settings = {"mlflow_url": "https://mlflow.example.com/redress/#/"}
    with house_in(house.settings.home, **settings) as linked:
        page = linked.client(Role.VIEWER).get("/model").text
    registry = Registry(house.settings)
    for alias in ("champion", "challenger"):
        run_id = registry.describe(registry.alias_version(alias)).run_id
        assert f'href="https://mlflow.example.com/redress/#/runs/{run_id}"' in page


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_sound_at_every_width_and_in_every_colour(screens, look, path):
    screen = screens(Role.MANAGER, look)
    page = screen.open(path)
    screen.require_sound()
    assert page.locator("h1").count() == 1
    assert len(page.content().encode()) < MOST_BYTES


def test_the_digest_is_drawn_in_its_frame_with_its_own_styles(screens):
    screen = screens()
    page = screen.open("/digest")
    frame = page.frame_locator("iframe")
    assert "Redress digest" in frame.locator("body").inner_text()
    weight = "element => getComputedStyle(element).borderBottomStyle"
    assert frame.locator("p").first.evaluate(weight) == "solid"
    screen.require_sound()


def test_the_digest_opens_alone(screens):
    screen = screens()
    page = screen.open("/digest")
    page.get_by_role("link", name="open it alone").click()
    page.wait_for_load_state()
    assert "Redress digest" in page.locator("body").inner_text()
    assert screen.faults == []


def test_the_digest_of_other_days_is_asked_for_by_the_form(screens):
    page = screens().open("/digest")
    page.get_by_label("First day (UTC)").fill("2025-03-01")
    page.get_by_role("button", name="Show").click()
    assert "since=2025-03-01" in page.url
    assert "1 March" in page.frame_locator("iframe").locator("body").inner_text()


@pytest.mark.parametrize("alone", [False, True])
def test_an_alarm_in_the_preview_leads_to_its_page(screens, alone):
    screen = screens()
    page = screen.open("/digest?since=2025-03-24")
    if alone:
        page.get_by_role("link", name="open it alone").click()
        page.wait_for_load_state()
    shown = page if alone else page.frame_locator("iframe")
    shown.locator('a[href="/alarms/A1"]').click()
    page.wait_for_url("**/alarms/A1")
    assert page.locator("h1").is_visible()
    assert screen.faults == []


@pytest.mark.parametrize("path", ["/digest?since=never", "/regulator?since=never"])
def test_what_was_mistyped_is_there_to_be_mended(screens, path):
    screen = screens()
    page = screen.open(path)
    assert [fault for fault in screen.faults if "422" not in fault] == []
    assert "never" in page.get_by_role("alert").inner_text()
    field = page.locator("#since")
    assert field.input_value() == "never"
    field.fill("2025-03-24" if "digest" in path else "2025-03")
    page.get_by_role("button", name="Show").click()
    page.wait_for_load_state()  # the frame, too
    assert page.get_by_role("alert").count() == 0


def test_files_are_downloaded(screens):
    page = screens().open("/digest")
    for name, ending in (("Download as HTML", "html"), ("as Markdown", "md")):
        with page.expect_download() as caught:
            page.get_by_role("link", name=name).click()
        assert caught.value.suggested_filename == f"digest-2025-03-24-2025-03-31.{ending}"
    page = screens().open("/regulator?since=2025-02&until=2025-03")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download as CSV").click()
    assert caught.value.suggested_filename == "complaints-2025-02-2025-03.csv"


def test_without_scripts_every_figure_of_the_model_can_be_read(screens, look_of):
    page = screens(Role.VIEWER, look_of(scripts=False)).open("/model")
    figures = page.locator("figure.chart")
    assert figures.count() >= 3
    for place in range(figures.count()):
        figure = figures.nth(place)
        assert figure.locator("svg.still").is_visible()
        figure.locator("summary").click()
        assert figure.locator("tbody tr").first.is_visible()


def test_charts_are_drawn(screens):
    page = screens().open("/model")
    drawn = page.locator("figure.chart[data-drawn=yes] canvas").count()
    assert drawn == page.locator("figure.chart").count() >= 3
