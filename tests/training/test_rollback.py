"""`redress rollback`: the former champion serves again, or it is said why not."""

import json
import re

import pytest

import training.config
from models.card_files import read_card
from models.registry import CHAMPION, PREVIOUS, Registry
from models.tenure import Move, put_in_service, tenures_of, this_user

assert training.config  # reads the real scorer's settings, before the quick one is in its place
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_scorer")]


@pytest.fixture
def registry(home, export, run):
    """Two versions, of which the first came into service through the gate, then the second."""
    arguments = export().arguments
    run("train", *arguments)
    assert run("promote").code == 0
    run("train", *arguments)
    registry = Registry(home)
    put_in_service(registry, "2", "1", Move.PROMOTED)
    return registry


def damage(registry, version):
    run_id = registry.describe(version).run_id
    (registry.artifact(run_id, "model/artifacts/scorer") / "model.json").write_text("[9, 9]")


def test_the_former_champion_serves_again_and_it_is_recorded_why(registry, run, tmp_path):
    answer = tmp_path / "back.json"
    ran = run("rollback", "--reason", "too many overturned", "--json", answer)

    assert ran.code == 0, ran.err
    assert "version 1 is champion again, in place of version 2" in ran.out
    assert (registry.alias_version(CHAMPION), registry.alias_version(PREVIOUS)) == ("1", "2")
    said = json.loads(answer.read_text())
    assert (said["version"], said["rolled_back"]) == ("1", "2")
    told = tenures_of([registry.describe("1")])
    assert [one.move for one in told] == [Move.ROLLED_BACK, Move.PROMOTED]
    assert told[0].reason == said["reason"] == "too many overturned"
    assert told[0].by == said["by"] != ""

    assert run("rollback").code == 0
    assert registry.alias_version(CHAMPION) == "2"


class Killed(BaseException):
    """As a signal ends a process."""


@pytest.mark.parametrize("writes", [1, 2])
def test_after_a_promotion_that_was_killed_the_one_that_served_before_serves_again(
    registry, run, export, writes, monkeypatch
):
    run("train", *export().arguments)
    dying, left = Registry(registry.settings), iter(range(writes))

    def until_killed(write):
        def wrapped(*arguments):
            if next(left, None) is None:
                raise Killed
            write(*arguments)

        return wrapped

    for name in ("tag", "set_alias"):
        monkeypatch.setattr(dying, name, until_killed(getattr(dying, name)))
    with pytest.raises(Killed):
        put_in_service(dying, "3", "2", Move.PROMOTED)

    serving, former = ("2", "1") if writes < 2 else ("3", "2")
    assert registry.alias_version(CHAMPION) == serving
    named = run("rollback", "--version", "3")
    assert ("has never served" in named.err, "serves already" in named.err) == (
        serving == "2",
        serving == "3",
    )
    ran = run("rollback")
    assert ran.code == 0, ran.err
    assert (registry.alias_version(CHAMPION), registry.alias_version(PREVIOUS)) == (former, serving)


def test_a_version_that_was_rolled_back_is_promoted_again_only_when_it_is_named(registry, run):
    assert run("rollback", "--reason", "too many overturned").code == 0
    card = read_card(registry, "2")
    assert re.search(r"rolled back on \d{4}-\d\d-\d\d: too many overturned", card)

    plain = run("promote")

    assert plain.code == 1
    since = tenures_of([registry.describe("1")])[0].since
    told = f"rolled back at {since:%Y-%m-%d %H:%M} UTC by {this_user()}: too many overturned"
    assert f"version 2 was {told}" in plain.err
    assert "Train again, or judge it anew: `redress promote --version 2`" in plain.err
    named = run("promote", "--version", "2")
    assert "version 2 against version 1 on 150 later appeals" in named.out
    assert run("rollback").code == 0  # takes the first one back
    assert "serves already" in run("promote").out


def test_a_former_champion_whose_files_are_damaged_is_refused(registry, run):
    damage(registry, "1")
    ran = run("rollback")
    assert ran.code == 1
    assert "have the digest" in ran.err
    assert (registry.alias_version(CHAMPION), registry.alias_version(PREVIOUS)) == ("2", "1")


def test_only_a_version_that_has_served_can_be_named(registry, run, export):
    run("train", *export().arguments)
    never = run("rollback", "--version", "3")
    assert never.code == 1
    assert "version 3 has never served" in never.err
    serving = run("rollback", "--version", "2")
    assert serving.code == 1
    assert "version 2 serves already" in serving.err
    unknown = run("rollback", "--version", "7")
    assert unknown.code == 2
    assert "no model version '7'" in unknown.err
    assert run("rollback", "--reason", "x" * 1_001).code == 2
    assert run("rollback", "--version", "1").code == 0
    assert registry.alias_version(CHAMPION) == "1"


def test_before_there_is_a_former_champion_there_is_nothing_to_go_back_to(home, export, run):
    nothing = run("rollback")
    assert nothing.code == 1
    assert "no model is in service" in nothing.err
    run("train", *export().arguments)
    run("promote")
    ran = run("rollback")
    assert ran.code == 1
    assert "not known which one served before" in ran.err
    assert Registry(home).alias_version(CHAMPION) == "1"
