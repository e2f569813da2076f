"""`redress card`, and the cards that train, promote and rollback keep."""

import json

import pytest

import training.config
from models.card_files import CARD_HTML, CARD_MARKDOWN, read_card
from models.registry import Registry
from training.card.making import renew_cards

assert training.config  # reads the real scorer's settings, before the quick one is in its place
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_scorer")]


@pytest.fixture
def registry(home, export, run):
    """Two versions, of which the first serves."""
    arguments = export().arguments
    for command in (("train", *arguments), ("promote",), ("train", *arguments)):
        ran = run(*command)
        assert ran.code == 0, ran.err
    return Registry(home)


def test_a_card_goes_with_its_version_through_promotion_and_rollback(registry, run, home):
    assert "champion: it is in service" in read_card(registry, "1")
    assert "challenger: it is not in service" in read_card(registry, "2")
    assert "Uncertain" not in read_card(registry, "1")  # the quick model has no conformal sets
    refused = run("promote")  # it is no better: the very same model
    assert refused.code == 1
    assert "refused, " in read_card(registry, "2")

    from models.tenure import Move, put_in_service

    put_in_service(registry, "2", "1", Move.PROMOTED)
    assert run("rollback", "--reason", "a <b> broken feed").code == 0
    assert "champion: it is in service" in read_card(registry, "1")
    assert "a &lt;b&gt; broken feed" in read_card(registry, "1")
    assert "a &lt;b&gt; broken feed" in read_card(registry, "2")
    told = "".join(
        registry.artifact(registry.describe(version).run_id, name).read_text()
        for version in "12"
        for name in (CARD_HTML, CARD_MARKDOWN)
    )
    assert "please look again" not in told
    assert str(home.home.parent) not in told


def standing(registry, version):
    return read_card(registry, version).split('<p class="sub">')[1].split(" &middot; ")[0]


def test_cards_of_all_versions_whose_standing_changed_are_renewed(registry, run, export):
    run("train", *export().arguments)  # version 2 is no challenger any more
    assert standing(registry, "3").startswith("challenger: it is not in service")
    assert standing(registry, "2") == "it is not in service"

    from models.tenure import Move, put_in_service

    put_in_service(registry, "2", "1", Move.PROMOTED)
    renew_cards(registry, "1", "2")
    assert standing(registry, "1").startswith("former champion: ")
    run("train", *export(rows=3_000, name="b", seed=1, signal=3.0).arguments)
    ran = run("promote")
    assert ran.code == 0, ran.out
    assert standing(registry, "4") == "champion: it is in service"
    assert standing(registry, "2").startswith("former champion: ")
    assert standing(registry, "1") == "it is not in service"

    assert run("rollback", "--version", "1").code == 0
    assert standing(registry, "1") == "champion: it is in service"
    assert standing(registry, "2") == "it is not in service"


def test_the_card_is_made_anew_on_demand(registry, run, tmp_path):
    run_id = registry.describe("1").run_id
    registry.artifact(run_id, CARD_HTML).unlink()
    registry.artifact(run_id, "fairness.json").write_text("{broken")
    page, data = tmp_path / "sub" / "card.html", tmp_path / "card.json"
    ran = run("card", "--out", page, "--json", data)
    assert ran.code == 0, ran.err
    assert ran.out == f"card of version 1 in {page}\n"
    assert page.read_text() == read_card(registry, "1")
    said = json.loads(data.read_text())
    assert said["version"]["version"] == "1"
    assert said["fairness"] is None
    assert "Gaps between groups: not measured" in page.read_text()

    assert run("card", "--version", "2").out.startswith("# Model card: Redress, version 2\n")
    paper = tmp_path / "card.md"
    assert run("card", "--version", "2", "--out", paper).code == 0
    assert paper.read_text().startswith("# Model card")


def test_what_cannot_be_told_of_or_written_is_refused(registry, run, tmp_path):
    assert "no model version '9'" in run("card", "--version", "9").err
    assert run("card", "--out", tmp_path / "card.pdf").code == 2
    (tmp_path / "file").write_text("")
    barred = run("card", "--out", tmp_path / "file" / "card.md")
    assert barred.code == 2
    assert "cannot be written" in barred.err


def test_without_a_model_there_is_no_card(home, run):
    ran = run("card")
    assert ran.code == 2
    assert "redress train" in ran.err
