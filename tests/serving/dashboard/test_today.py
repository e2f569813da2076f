"""The page Today: alarms first, then what comes in and goes out, and who waits."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert

from features.database import writing
from features.tables import APPEALS, DECISIONS, SCORES
from models.alarm_book import AlarmBook
from models.alarms import Kind, Part
from models.catalog import Catalog
from models.curation import Edit
from models.theme_map import no_themes
from models.themes import Status
from serving.champion import Champion
from serving.dashboard.filings import FilingDays
from serving.dashboard.policy_reading import DecisionDays
from serving.dashboard.queue_waiting import WaitingRoom
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.today import Today
from serving.dashboard.today_alarms import open_alarms
from serving.dashboard.today_figures import expected_days, filed_figure, rate_weeks
from serving.dashboard.today_reading import Courses, DayCount, Longest, Told, Waits, told_themes
from serving.dashboard.today_waiting import lasting, who_waits

NOW = datetime(2025, 4, 1, 8, tzinfo=UTC)
UNDECIDED = "T1-38"
"""An appeal of the small catalogue without a decision."""
LAST = datetime(2025, 3, 31, 9, tzinfo=UTC)
"""When the last appeal was filed, and as of `NOW` the last decision made."""
DECIDED = LAST + timedelta(days=1)
"""When the last decision was made."""


def texts(page):
    bare = re.sub(r"<script.*?</script>|<[^>]*>", " ", page.text, flags=re.S)
    return " ".join(html.unescape(bare).split())


def score(appeal_id, tier, hours=24.0, team="fraud"):
    at = NOW - timedelta(days=1)
    return {
        "appeal_id": appeal_id,
        "scored_at": at,
        "model_version": "1",
        "probability": 0.4,
        "logit": -0.4,
        "uncertain": False,
        "risk_probability": 0.6,
        "risk_team": team,
        "risk_tier": tier,
        "risk_basis": "learnt",
        "priority": 1.0,
        "due_at": NOW + timedelta(hours=hours),
        "reasons": [],
    }


@pytest.fixture
def page_of():
    """Put the page together as of some moment."""

    def page(house, now=NOW):
        engine = house.engine
        stock = Stock(Catalog(engine), AlarmBook(engine), Champion(registry=None), house.settings)
        return Today(stock, lambda: now).page()

    return page


def test_a_new_installation_reads_well_and_says_what_to_do(new_house):
    page = new_house.client(Role.VIEWER).get("/")
    told = texts(page)
    assert page.status_code == 200
    assert "There is no appeal in the history yet." in told
    for command in ("redress ingest", "redress discover", "redress train"):
        assert command in told
    assert "done" not in told
    assert "figure" not in page.text


def test_it_is_the_first_page_and_nobody_reads_it_without_signing_in(house, viewer):
    page = viewer.get("/")
    assert '<a href="/" aria-current="page">Today</a>' in page.text
    answer = house.client().get("/")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_open_alarms_come_first_and_say_what_since_when_how_far_and_why(viewer):
    page = viewer.get("/")
    told = texts(page)
    assert page.text.index('id="h-alarms"') < page.text.index('id="h-decided"')
    assert page.text.index('id="a-A1"') < page.text.index('id="a-A2"')
    assert "new cause 10 appeals that say the same in 7 days, 2.5 expected: 4 × expected" in told
    assert "rising 10 appeals of this theme in 7 days" in told
    assert "by chance once in 14 months" in told
    assert "Likely cause:" in told
    assert 'Theme <a href="/themes/T1"><bdi>payout on hold, bank change</bdi>' in page.text
    assert "nobody is on it" in told
    assert 'aria-label="appeals a day over 28 days' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_alarms_of_too_few_subjects_or_of_hidden_themes_are_counted(house):
    alarms = AlarmBook(house.engine).alarms(is_open=True).alarms
    themes = told_themes(house.engine, 5)
    assert "T4" not in themes
    cause = alarms[0]
    few = replace(cause, account=replace(cause.account, subjects=4))
    hidden = replace(cause, account=replace(cause.account, part=Part(theme="T4")))
    fall = replace(few, account=replace(few.account, kind=Kind.FALL))
    told = open_alarms([few, hidden, fall], themes, 5)
    assert told.suppressed == 2
    assert [card.badge for card in told.cards] == ["falling"]
    assert told.cards[0].times == "400 % of expected"


def test_what_is_overturned_more_is_told_in_decisions(house):
    alarm = AlarmBook(house.engine).alarms(is_open=True).alarms[0]
    account = replace(
        alarm.account,
        kind=Kind.OVERTURNS,
        part=Part(policy="payment_hold"),
        observed=12,
        decided=30,
        expected=0.0,
        days=(),
        theme=None,
    )
    (card,) = open_alarms([replace(alarm, account=account)], {}, 1).cards
    assert card.told == "12 of 30 decisions overturned in 7 days, 0 expected"
    assert (card.times, card.theme, card.chart_words) == ("", None, "no days are told")


def test_who_waits_is_told_by_the_latest_score(full_house, page_of):
    with writing(full_house.engine) as connection:
        scores = [
            score("T1-0", "low"),
            score("T1-0", "critical", hours=-1.0),
            score("T1-2", "high", team="legal"),
            score("T1-1", "critical"),  # decided
            score("never in the history", "critical"),
        ]
        for one in scores:
            connection.execute(insert(SCORES), one)
    page = page_of(full_house)
    tiers = {one.name: one for one in page.waits.tiers}
    assert list(tiers) == ["critical", "high", "not scored"]
    assert (tiers["critical"].appeals, tiers["critical"].overdue) == (1, 1)
    assert (tiers["high"].appeals, tiers["high"].overdue) == (1, 0)
    assert [one.name for one in page.waits.tiers if one.hot] == ["critical"]
    teams = [(one.team, one.critical, one.high) for one in page.escalations.teams]
    assert teams == [("fraud", 1, 0), ("legal", 0, 1)]
    total = page.waits.total
    assert total.appeals == sum(one.appeals for one in page.waits.tiers)
    assert total.oldest == datetime(2025, 2, 20, 9, tzinfo=UTC)
    assert (total.lasting, page.waits.longest) == ("39 days", None)
    told = texts(full_house.client(Role.VIEWER).get("/"))
    assert "critical 1 1" in told
    assert "1 critical and 1 high undecided; no theme escalated." in told
    assert "Critical, undecided 1 and 1 high" in told
    assert "What to do next" not in told


def test_themes_that_people_escalated_are_named_with_their_owner(full_house, page_of):
    catalog = Catalog(full_house.engine)
    catalog.edit("T2", Edit(status=Status.ESCALATED, owner="Aisha"), "Mia", NOW)
    (theme,) = page_of(full_house).escalations.themes
    assert (theme.theme_id, theme.owner, theme.escalated_at) == ("T2", "Aisha", NOW)
    page = full_house.client(Role.VIEWER).get("/")
    assert "<script>alert" not in page.text
    assert "Aisha" in texts(page)
    assert '<a href="/themes?status=escalated"><strong>1 theme escalated</strong></a>' in page.text


def test_silence_is_told_and_a_date_of_the_future_moves_nothing(full_house, page_of):
    later = {"appeal_id": UNDECIDED, "decided_at": NOW + timedelta(days=900), "outcome": "upheld"}
    with writing(full_house.engine) as connection:
        connection.execute(insert(DECISIONS), later)
    page = page_of(full_house)
    assert page.notices == ()
    assert page.moment == page.decided_until == LAST
    (told,) = page_of(full_house, NOW + timedelta(days=2)).notices
    assert told.startswith("No appeal has come in for 2 days.")
    both = page_of(full_house, NOW + timedelta(days=5)).notices
    assert both[1] == "No decision has been made for 4 days."


def test_one_late_decision_moves_no_window_and_hides_no_silence(full_house, page_of):
    now = NOW + timedelta(days=21)
    before = page_of(full_house, now)
    late = {"appeal_id": UNDECIDED, "decided_at": now - timedelta(hours=1), "outcome": "upheld"}
    with writing(full_house.engine) as connection:
        connection.execute(insert(DECISIONS), late)
    page = page_of(full_house, now)
    assert (page.moment, page.decided_until) == (LAST, DECIDED)
    assert (page.last, page.rate, page.charts) == (before.last, before.rate, before.charts)
    assert page.notices[0] == before.notices[0]
    assert page.notices[0].startswith("No appeal has come in for 21 days.")
    assert page.notices[1].startswith("Decisions are told up to 1 Apr 2025: 1 decision made since")
    assert page.waits.total.appeals == before.waits.total.appeals - 1


def test_where_deciding_goes_on_after_the_intake_each_has_a_last_day_of_its_own(
    full_house, page_of
):
    now = NOW + timedelta(days=30)
    lots = [
        {"appeal_id": f"T1-{n}", "decided_at": LAST + timedelta(days=n), "outcome": "overturned"}
        for n in range(2, 30)
    ]
    with writing(full_house.engine) as connection:
        connection.execute(insert(DECISIONS), lots)
    page = page_of(full_house, now)
    assert (page.moment, page.decided_until) == (LAST, LAST + timedelta(days=29))
    assert page.last.day.day == LAST.date() - timedelta(days=1)
    assert page.rate.last == LAST.date() + timedelta(days=28)
    assert page.rate.overturned == 7
    assert len(page.notices) == 1


def test_one_late_appeal_is_told_and_moves_nothing(full_house, page_of):
    now = NOW + timedelta(days=21)
    with writing(full_house.engine) as connection:
        known = connection.execute(APPEALS.select().limit(1)).one()
        late = {**known._mapping, "appeal_id": "late", "submitted_at": now - timedelta(hours=1)}
        connection.execute(insert(APPEALS), late)
    page = page_of(full_house, now)
    assert page.moment == LAST
    assert page.notices[0].startswith("Since 31 Mar 2025 no more than 1 appeal came in")


def test_where_most_are_overdue_red_marks_only_what_is_grave():
    longest = Longest(20, NOW - timedelta(days=40))
    waits = [
        Waits("low", "fraud", 150, NOW - timedelta(days=50), 150),
        Waits("high", "legal", 49, NOW - timedelta(days=9), 40),
        Waits("critical", "legal", 1, NOW - timedelta(days=1), 0),
        Waits(None, None, 1, NOW, 0),
    ]
    told = who_waits(waits, longest, NOW)
    assert [one.name for one in told.tiers] == ["critical", "high", "low", "not scored"]
    assert [one.name for one in told.tiers if one.hot] == ["high"]
    assert told.longest == longest
    few = who_waits([*waits, Waits("low", None, 900, NOW, 0)], longest, NOW)
    assert [one.name for one in few.tiers if one.hot] == ["high", "low"]
    assert few.longest is None


def test_the_tenth_that_has_waited_longest_is_counted(full_house):
    course = course_of(full_house)
    waiting = sum(one.appeals for one in course.waits)
    assert course.longest.appeals == -(-waiting // 10)
    oldest = min(one.oldest for one in course.waits)
    assert oldest <= course.longest.until < LAST


def test_without_decisions_or_discoveries_the_rest_is_there(full_house, page_of):
    with writing(full_house.engine) as connection:
        connection.execute(delete(DECISIONS))
    page = page_of(full_house)
    assert (page.charts.decided, page.charts.overturned, page.rate) == (None, None, None)
    assert page.charts.filed is not None
    assert (page.waits.total.appeals, page.decided_until) == (117, None)
    assert "No week of decisions yet." in texts(full_house.client(Role.VIEWER).get("/"))


def course_of(house):
    decisions, room = DecisionDays(house.engine), WaitingRoom(house.engine, no_themes())
    return Courses(house.engine, FilingDays(), decisions, room).course(NOW)


def test_days_are_whole_and_of_an_appeal_the_latest_decision_counts(full_house):
    with writing(full_house.engine) as connection:
        before = course_of(full_house)
        known = connection.execute(DECISIONS.select().limit(1)).one()
        again = {**known._mapping, "decided_at": NOW - timedelta(days=1), "outcome": "overturned"}
        connection.execute(insert(DECISIONS), again)
    course = course_of(full_house)
    for stream in (course.filed, course.decided):
        days = [one.day for one in stream.days]
        assert days == sorted(set(days))
        assert (days[-1] - days[0]).days == len(days) - 1
    assert sum(one.count for one in course.filed.days) == 117
    count = sum(one.count for one in before.decided.days)
    assert sum(one.count for one in course.decided.days) == count
    assert course.decided.days[-1].overturned >= 1


def test_a_day_beyond_the_band_is_told_and_the_last_one_is_not_complete(full_house):
    first = datetime(2025, 1, 1, tzinfo=UTC).date()
    days = [DayCount(first + timedelta(days=n), 50) for n in range(60)]
    days[50] = replace(days[50], count=200)
    found = expected_days(days)
    beyond = {one.day: one.beyond for one in found if one.beyond}
    assert beyond == {days[50].day: "above"}
    assert found[0].expected == pytest.approx(50, rel=0.1)
    figure = filed_figure(found)
    (note,) = figure.notes
    assert (note.told, note.link) == ("20 Feb: 200 filed, 50 expected", "the themes of that day")
    assert note.url == "/themes?from=2025-02-20&to=2025-02-20"
    assert figure.urls[len(days) - 1 - 50] == note.url
    assert len(figure.urls) == len(figure.rows)
    assert [one.expected for one in expected_days(days[:3])] == [None] * 3


def test_a_week_is_expected_by_the_weeks_before_it():
    first = datetime(2025, 1, 1, tzinfo=UTC).date()
    days = [DayCount(first + timedelta(days=n), 20, 4 + n % 3) for n in range(100)]
    days[-8:-1] = [replace(one, overturned=12) for one in days[-8:-1]]
    weeks = rate_weeks(days)
    assert [one.last for one in weeks][-1] == days[-2].day
    assert {one.decided for one in weeks} == {140}
    assert [one.beyond for one in weeks] == [""] * (len(weeks) - 1) + ["above"]
    assert weeks[-1].expected == pytest.approx(0.25, abs=0.02)
    assert weeks[-1].lower < 0.25 < weeks[-1].upper < 0.6
    assert weeks[-1].first == days[-8].day
    whole = rate_weeks(days[:38])
    assert [one.expected is None for one in whole] == [True] * 4 + [False]
    assert rate_weeks(days[:3]) == ()


def test_the_week_is_named_beside_its_rate(full_house, page_of):
    page = page_of(full_house)
    assert (page.rate.first.day, page.rate.last.day) == (24, 30)
    assert "Overturned, 25 to 31 Mar" in texts(full_house.client(Role.VIEWER).get("/"))


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "0 minutes"),
        (1 / 60, "1 minute"),
        (1.9, "114 minutes"),
        (47, "47 hours"),
        (49, "2 days"),
    ],
)
def test_how_long_something_lasts_is_said_in_one_unit(hours, words):
    assert lasting(timedelta(hours=hours)) == words


def test_a_merged_theme_and_one_of_few_sellers_are_not_named(full_house):
    Catalog(full_house.engine).merge("T6", "T5", "Mia", NOW)
    named = told_themes(full_house.engine, 5)
    assert set(named) == {"T1", "T2", "T3", "T5"}
    assert named["T1"] == Told("T1", "payout on hold, bank change", Status.NEW, None)
