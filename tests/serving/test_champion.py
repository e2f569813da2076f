"""The champion: taken up, replaced, and kept when its successor is damaged."""

import pytest

from features.errors import DamagedModel, NoChampion, StateError
from serving import champion as module
from serving.champion import Champion


@pytest.fixture
def registry(registry_of):
    return registry_of(champion_version=None)


def test_before_a_promotion_there_is_none(registry):
    champion = Champion(registry)
    champion.look()
    assert not champion.ready
    with pytest.raises(NoChampion, match="redress train; redress promote"):
        champion.served()
    assert registry.loads == 0


def test_a_promoted_model_is_taken_up_and_loaded_once(registry):
    changes = []
    champion = Champion(registry, lambda *versions: changes.append(versions))
    for version in ("1", "1", "2", "2"):
        registry.champion_version = version
        champion.look()
        assert champion.served().version == version
    assert changes == [(None, "1"), ("1", "2")]
    assert registry.loads == 2


def test_a_withdrawn_alias_leaves_the_last_champion_in_service(registry):
    registry.champion_version = "1"
    champion = Champion(registry)
    champion.look()
    registry.champion_version = None
    champion.look()
    assert champion.served().version == "1"


def watched(registry):
    champion = Champion(registry, look_seconds=0.01)
    champion.start()
    return champion


def test_the_watch_notices_a_promotion(registry, until):
    champion = watched(registry)
    registry.champion_version = "1"
    until(lambda: champion.ready)
    registry.champion_version = "2"
    until(lambda: champion.served().version == "2")
    champion.stop()


def test_a_damaged_successor_leaves_the_old_one_in_service(registry, caplog, until):
    registry.champion_version = "1"
    champion = watched(registry)
    until(lambda: champion.ready)
    registry.error = DamagedModel("the files have another digest")
    registry.champion_version = "2"
    until(lambda: champion.failures == 1)
    assert champion.served().version == "1"
    registry.error = None
    registry.champion_version = "3"
    until(lambda: champion.served().version == "3")
    champion.stop()
    assert "cannot load champion version=2 (DamagedModel)" in caplog.text


def test_a_version_that_failed_is_not_tried_at_every_look(registry, monkeypatch):
    registry.champion_version = "1"
    registry.error = DamagedModel("the files have another digest")
    champion = Champion(registry)
    with pytest.raises(DamagedModel):
        champion.look()
    champion.look()
    assert registry.loads == 1
    monkeypatch.setattr(module, "RETRY_SECONDS", -1.0)
    champion = Champion(registry)
    for _ in range(2):
        with pytest.raises(DamagedModel):
            champion.look()
    assert registry.loads == 3


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (DamagedModel("the files have another digest"), DamagedModel, "another digest"),
        (OSError("disk with secrets"), StateError, "cannot be read"),
    ],
)
def test_why_there_is_none_is_told(registry, error, kind, words, until):
    registry.champion_version, registry.error = "1", error
    champion = watched(registry)
    until(lambda: champion.failures)
    with pytest.raises(kind, match=words) as caught:
        champion.served()
    assert "secrets" not in str(caught.value)
    champion.stop()


def test_a_champion_that_was_damaged_and_withdrawn_is_no_champion(registry, until):
    registry.champion_version, registry.error = "1", DamagedModel("another digest")
    champion = watched(registry)
    until(lambda: champion.failures)
    registry.champion_version = None
    until(lambda: isinstance(champion._reason, NoChampion))
    champion.stop()


def test_the_registry_may_fail_for_a_while(registry, until):
    def broken(_alias):
        raise ConnectionError

    sound, registry.alias_version = registry.alias_version, broken
    champion = watched(registry)
    until(lambda: champion.failures >= 2)
    registry.alias_version = sound
    registry.champion_version = "1"
    until(lambda: champion.ready)
    champion.stop()
