import pytest

from training.bench.rehearsal import LOOSEST

pytestmark = pytest.mark.slow


def test_a_day_sees_nothing_of_what_came_after_it(walked, surging):
    bench, _ = surging
    filed = bench.home.appeals.set_index("appeal_id")["submitted_at"].dt.date
    assert walked.days[-1].as_of == bench.window.as_of
    for day in walked.days:
        for sighting in day.sightings:
            assert max(filed[list(sighting.appeals)]) <= day.as_of


def test_the_surge_is_found_and_not_before_it_began(walked, incident):
    alarms = [one for one in walked.alarms(1) if incident.is_behind(one.first)]

    assert len(alarms) == 1
    assert incident.start <= alarms[0].opened_on <= incident.end
    assert alarms[0].first <= alarms[0].appeals


def test_more_false_alarms_accepted_never_tell_later(walked, incident):
    opened = [
        min(one.opened_on for one in walked.alarms(number) if incident.is_behind(one.first))
        for number in (0.25, 1, 4)
    ]
    assert opened == sorted(opened, reverse=True)
    assert walked.most_chance(0.25) < walked.most_chance(4)
    assert walked.most_chance(100) == walked.most_chance(LOOSEST)  # no looser than it looked
