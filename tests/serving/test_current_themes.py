"""The themes that scores are told of: taken up, replaced, and kept when others are damaged."""

import shutil
from datetime import UTC, date, datetime

import pytest

from features.errors import DamagedModel
from features.settings import Settings
from models import theme_encoder
from models.alarms import Part
from models.catalog import Catalog
from models.curation import Edit
from serving import current_themes as module
from serving.current_themes import CurrentThemes

NOON = datetime(2025, 4, 8, 12, tzinfo=UTC)
PLAN = {"T1": ("payout held", 9), "T2": ("listing removed", 5)}
LATER = date(2025, 4, 7)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


@pytest.fixture
def catalog(engine):
    return Catalog(engine)


@pytest.fixture
def discover(catalog, encoder, found_of, settings):
    """Keep an encoder, and enter what was found with it."""

    def enter(plan=None, using=encoder, **facts):
        digest = theme_encoder.keep(using, settings.home)
        catalog.write(found_of(using, digest, PLAN if plan is None else plan, **facts))
        return settings.home / "encoders" / digest

    return enter


@pytest.fixture
def current(catalog, settings):
    return CurrentThemes(catalog, settings, look_seconds=0.01)


@pytest.fixture
def watched(current):
    current.start()
    yield current
    current.stop()


def told(current):
    near = current.near(["payout held", ""], [Part(), Part()])
    return [one.theme and (one.theme.theme_id, one.theme.title) for one in near]


def test_before_it_has_looked_and_before_a_discovery_nothing_is_near(current):
    assert told(current) == [None, None]
    current.look()
    assert told(current) == [None, None]
    assert current.failures == 0


def test_a_discovery_and_what_people_change_is_noticed(watched, discover, catalog, until):
    discover()
    until(lambda: told(watched) == [("T1", "found T1"), None])
    catalog.edit("T1", Edit(title="Held payouts"), "mia", NOON)
    until(lambda: told(watched)[0] == ("T1", "Held payouts"))
    catalog.merge("T1", "T2", "mia", NOON)
    until(lambda: told(watched)[0] == ("T2", "found T2"))
    discover({"T3": ("payout held", 5)}, as_of=LATER)
    until(lambda: told(watched)[0] == ("T3", "found T3"))
    assert watched.failures == 0


def test_an_alarm_is_noticed_and_left_when_it_is_over(
    current, catalog, encoder, found_of, settings, sighting_of
):
    digest = theme_encoder.keep(encoder, settings.home)
    [centre] = encoder.encode(["payout held"])

    def fallen(day, *sightings):
        as_of = date(2025, 4, day)
        catalog.write(found_of(encoder, digest, PLAN, as_of=as_of, known=PLAN), sightings)
        current.look()
        return [one.emerging and one.emerging.alarm_id for one in near()]

    def near():
        return current.near(["payout held", "listing removed"], [Part(), Part(policy="spam")])

    cause = sighting_of("abc", place=centre)
    assert fallen(2) == [None, None]
    assert fallen(3, cause) == ["A1", None]
    assert fallen(4, cause, sighting_of("xyz", 50.0, part=Part(policy="spam"))) == ["A1", "A2"]
    assert fallen(12) == [None, None]
    assert near()[0].theme.theme_id == "T1"


def test_the_catalogue_is_read_only_when_it_has_changed(current, discover, catalog, monkeypatch):
    reads = []
    sound = catalog.places
    monkeypatch.setattr(catalog, "places", lambda: reads.append(1) or sound())
    discover()
    for _ in range(3):
        current.look()
    assert len(reads) == 1
    catalog.edit("T1", Edit(note="a"), "mia", NOON)
    current.look()
    assert len(reads) == 2


def test_the_encoder_is_loaded_once_for_one_space(current, discover, catalog):
    folder = discover()
    current.look()
    shutil.rmtree(folder)
    catalog.edit("T1", Edit(title="Held payouts"), "mia", NOON)
    current.look()
    assert told(current)[0] == ("T1", "Held payouts")


def test_without_the_encoder_nothing_is_near_and_that_is_logged_once(
    watched, discover, until, caplog, monkeypatch
):
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)
    shutil.rmtree(discover())
    until(lambda: watched.failures >= 3)
    assert told(watched) == [None, None]
    lines = [line for line in caplog.text.splitlines() if "cannot take up themes" in line]
    assert len(lines) == 1
    assert "missing or broken" in lines[0]
    assert "still telling as_of=None" in lines[0]


def test_a_discovery_that_failed_is_not_tried_at_every_look(current, discover):
    shutil.rmtree(discover())
    with pytest.raises(DamagedModel):
        current.look()
    current.look()
    assert told(current)[0] is None
    discover({"T3": ("payout held", 5)}, as_of=LATER)
    current.look()
    assert told(current)[0] == ("T3", "found T3")


def test_the_old_themes_go_on_where_the_new_ones_are_damaged(
    watched, catalog, discover, encoder, found_of, until, caplog
):
    discover()
    until(lambda: told(watched)[0])
    catalog.write(found_of(encoder, "d" * 64, {"T3": ("payout held", 5)}, as_of=LATER))
    until(lambda: watched.failures)
    assert told(watched)[0] == ("T1", "found T1")
    assert "encoder 'dddddddddddd'" in caplog.text
    assert "still telling as_of=2025-03-31" in caplog.text


def test_the_database_may_fail_for_a_while(watched, discover, catalog, until, monkeypatch, caplog):
    discover()
    until(lambda: told(watched)[0])

    def broken():
        raise ConnectionError("a secret")

    with monkeypatch.context() as patch:
        patch.setattr(catalog, "stamp", broken)
        until(lambda: watched.failures >= 3)
        assert told(watched)[0] == ("T1", "found T1")
    catalog.edit("T1", Edit(title="Held payouts"), "mia", NOON)
    until(lambda: told(watched)[0] == ("T1", "Held payouts"))
    assert caplog.text.count("cannot take up themes (ConnectionError)") == 1
    assert "secret" not in caplog.text
    assert "Held payouts" not in caplog.text
