"""The model card as it is sent: real ones, of versions whose values are hostile."""

import re
from datetime import UTC, datetime

import pytest

from models.card_files import CARD_HTML, keep_card
from models.registry import CHAMPION, Registry
from serving.dashboard.model_card import policy_of
from serving.dashboard.roles import Role
from training.card.making import make_card

HOSTILE = "<script>alert"


def test_a_document_has_its_own_sheet_of_styles_and_nothing_else():
    policy = policy_of("<style>p { color: red }</style><p style='color: blue'>")
    assert policy.startswith("default-src 'none'; ")
    assert re.search(r"style-src 'sha256-[\w+/]{43}='$", policy)
    assert policy != policy_of("<style>p { color: blue }</style>")
    assert policy_of("<p>plain</p>").endswith("style-src 'none'")


@pytest.fixture(scope="module")
def champion(house, enter_models):
    enter_models(house)
    registry = Registry(house.settings)
    make_card(registry, registry.alias_version(CHAMPION))
    return registry.alias_version(CHAMPION)


@pytest.mark.slow
def test_a_viewer_opens_the_card_from_the_page_model(champion, viewer):
    path = f"/model/{champion}/card"
    assert f'href="{path}"' in viewer.get("/model").text
    answer = viewer.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert f"Redress, version {champion}" in answer.text
    assert HOSTILE not in answer.text
    assert "&lt;script&gt;alert" in answer.text


@pytest.mark.slow
def test_what_is_not_there_is_told_with_what_to_do(champion, house, viewer):
    without = viewer.get("/model/2/card")
    assert without.status_code == 404
    assert "redress card --version 2" in without.text
    unknown = viewer.get("/model/77/card")
    assert unknown.status_code == 404
    assert "No model version" in unknown.text
    with house.client() as stranger:
        asked = stranger.get(f"/model/{champion}/card", follow_redirects=False)
    assert f"Redress, version {champion}" not in asked.text


@pytest.mark.slow
def test_a_card_that_somebody_changed_runs_nothing(champion, house, screens):
    registry = Registry(house.settings)
    run_id = registry.describe(champion).run_id
    kept = registry.artifact(run_id, CARD_HTML).read_text()
    evil = "<title>before</title><h1>Card</h1><script>document.title = 'after'</script>"
    keep_card(registry, run_id, evil, "")
    try:
        page = screens(Role.VIEWER).open(f"/model/{champion}/card")
        assert page.title() == "before"
    finally:
        keep_card(registry, run_id, kept, "")


@pytest.mark.slow
def test_the_card_is_sound_at_every_width_and_in_every_colour(champion, screens, look):
    screen = screens(Role.VIEWER, look)
    page = screen.open(f"/model/{champion}/card")
    for summary in page.locator("summary").all():
        summary.click()
    screen.require_sound()
    assert page.locator("h1").count() == 1
    assert page.locator("svg circle").count() == 10
    assert f"{datetime.now(UTC):%Y}" in page.locator("p.sub").inner_text()
