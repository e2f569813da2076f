"""What a digest tells, read from a real database."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from features.database import writing
from features.errors import InvalidDate, NoDiscovery
from features.settings import Settings
from features.tables import THEME_LINEAGE, THEMES
from models.alarms import Kind, Part, Turn
from models.catalog import Catalog
from models.curation import Edit
from models.themes import Event
from serving.digest.digest import Section
from serving.digest.reading import read_digest

FIRST, SINCE, UNTIL = date(2025, 2, 24), date(2025, 3, 3), date(2025, 3, 9)
TODAY = date(2025, 3, 20)
NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PLAN = {"T1": ("payout held", 9), "T2": ("listing removed", 7), "T3": ("why", 2)}


class OneDirection:
    """Stands in for an encoder where no text is ever compared."""

    def encode(self, texts):
        return np.ones((len(texts), 1), dtype=np.float32)


@pytest.fixture
def catalog(engine, found_of):
    """Discoveries of two Mondays ago and of the last Sunday."""
    catalog = Catalog(engine)
    for as_of in (FIRST, SINCE + DAY, UNTIL):
        known = PLAN if as_of > FIRST else ()
        catalog.write(found_of(OneDirection(), "digest", PLAN, as_of, known=known))
    return catalog


@pytest.fixture
def read(engine):
    def read(since=SINCE, until=None, **settings):
        return read_digest(engine, Settings(**settings), since, until, TODAY)

    return read


def test_before_the_first_discovery_there_is_nothing_to_read(read):
    with pytest.raises(NoDiscovery, match=r"at least one discovery.*Run `redress discover` first"):
        read()


@pytest.mark.usefixtures("catalog")
def test_a_day_to_come_is_refused(read):
    with pytest.raises(InvalidDate, match="2025-03-21 is in the future"):
        read(TODAY + DAY)


@pytest.mark.usefixtures("catalog")
def test_alarms_are_told_as_they_are_kept(read, engine, kept, made_alarm):
    seen = {UNTIL: Turn.SEEN}
    kept(
        engine,
        made_alarm("A1", {SINCE + DAY: Turn.OPENED, **seen}),
        made_alarm("A2", {FIRST: Turn.OPENED, SINCE + DAY: Turn.ESCALATED, **seen}, observed=50),
        made_alarm("A3", {FIRST: Turn.OPENED, **seen}),
        made_alarm("A4", {FIRST: Turn.OPENED}),
        made_alarm("A5", {SINCE + DAY: Turn.OPENED, **seen}, subjects=4),
    )
    digest = read(accepted_false_alarms=2.0)
    assert [(one.alarm.alarm_id, one.section) for one in digest.entries] == [
        ("A1", Section.OPENED),
        ("A2", Section.GROWN),
        ("A3", Section.OPEN),
        ("A4", Section.CLOSED),
    ]
    assert (digest.suppressed_alarms, digest.accepted, digest.newest) == (1, 2.0, UNTIL)
    (entry,) = digest.of(Section.OPENED)
    assert (entry.theme.title, entry.theme.cases) == ("found T1", 9)
    assert len(read(least_subjects=4).entries) == 5


@pytest.mark.usefixtures("catalog")
def test_a_part_of_a_theme_that_is_not_shown_is_not_told(read, engine, kept, made_alarm):
    seen = {SINCE + DAY: Turn.OPENED, UNTIL: Turn.SEEN}
    fall = {"kind": Kind.FALL, "subjects": 0, "theme": None}
    kept(
        engine,
        made_alarm("A1", seen, part=Part(theme="T3"), **fall),
        made_alarm("A2", seen, part=Part(theme="T2"), **fall),
    )
    digest = read()
    assert [one.alarm.alarm_id for one in digest.entries] == ["A2"]
    assert (digest.suppressed_alarms, digest.suppressed_themes) == (1, 1)


@pytest.mark.usefixtures("catalog")
def test_the_intake_is_counted_by_utc_days_and_only_as_far_as_the_history_reaches(
    read, engine, filed
):
    filed(engine, {FIRST: 3, SINCE - DAY: 2, SINCE: 4, UNTIL: 1, UNTIL + DAY: 7})
    assert (read().intake.filed, read().intake.before) == (5, 5)
    later = read(SINCE + DAY)
    assert (later.intake.filed, later.intake.before) == (1, 6)
    earlier = read(FIRST + DAY)
    assert (earlier.intake.filed, earlier.intake.before) == (7, None)


def lineage(engine, *events):
    """Say what became of themes, in place of what the discoveries said."""
    rows = [
        {"as_of": day, "theme_id": theme, "event": event, "parents": [], "went_into": into}
        for day, theme, event, into in events
    ]
    with writing(engine) as connection:
        connection.execute(sa.delete(THEME_LINEAGE))
        connection.execute(sa.insert(THEME_LINEAGE), rows)


@pytest.mark.usefixtures("catalog")
def test_themes_born_merged_and_retired_are_told_by_their_last_event(read, engine):
    with writing(engine) as connection:
        connection.execute(sa.update(THEMES).values(subjects=9))
    lineage(
        engine,
        *((FIRST, "T3", "born", []), (SINCE + DAY, "T1", "born", []), (UNTIL, "T1", "retired", [])),
        *((SINCE + DAY, "T2", "split", []), (UNTIL, "T2", "continued", [])),
        (UNTIL, "T3", "merged", ["T2"]),
    )
    told = [(one.theme.theme_id, one.event, one.others) for one in read().shifts]
    assert told == [("T2", Event.SPLIT, ()), ("T3", Event.MERGED, ("T2",))]
    assert [one.theme.theme_id for one in read(UNTIL).shifts] == ["T1", "T3"]
    with writing(engine) as connection:
        connection.execute(sa.update(THEMES).where(THEMES.c.theme_id == "T3").values(subjects=4))
    assert [one.theme.theme_id for one in read().shifts] == ["T2"]


@pytest.mark.usefixtures("catalog")
def test_the_first_discovery_of_all_is_known_as_such(read):
    assert read(FIRST).first_look
    assert [one.theme.theme_id for one in read(FIRST).shifts] == ["T1", "T2"]
    assert not read().first_look
    assert read().shifts == ()


def test_changes_by_people_are_told_the_latest_first_and_a_merge_once(read, catalog):
    catalog.edit("T1", Edit(title="Payouts", owner="mia"), "mia", NOON)
    catalog.edit("T1", Edit(note="later"), "mia", datetime(2025, 3, 10, tzinfo=UTC))
    catalog.edit("T3", Edit(note="of too few"), "mia", NOON)
    catalog.merge("T2", "T1", "jun", NOON + timedelta(hours=1), "the same")
    digest = read()
    assert [(one.theme_id, one.field, one.made_by) for one in digest.changes] == [
        ("T2", "merged_into", "jun"),
        ("T1", "owner", "mia"),
        ("T1", "title", "mia"),
    ]
    assert digest.named == {"T1": "Payouts", "T2": "found T2"}
    assert read(until=SINCE + DAY).changes == ()


@pytest.mark.usefixtures("catalog")
def test_days_after_the_newest_discovery_are_empty(read):
    digest = read(UNTIL + 2 * DAY)
    assert (digest.period.since, digest.period.until) == (UNTIL + 2 * DAY, UNTIL + 2 * DAY)
    assert (digest.entries, digest.shifts, digest.changes) == ((), (), ())
