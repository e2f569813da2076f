import pytest

from training.bench.theme_figures import (
    loudness_figure,
    map_figure,
    resolution_figure,
    timeline_figure,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("known", [True, False])
def test_figures_can_be_drawn_with_and_without_a_truth(surging, walked, incident, known):
    bench, _ = surging
    incidents, alarms = ((incident,) if known else ()), walked.alarms(1)
    figures = [
        resolution_figure(bench.choice),
        map_figure(bench, alarms),
        loudness_figure(walked, incidents, (0.25, 1, 4)),
        timeline_figure(alarms, incidents, "When?"),
    ]
    for figure in figures:
        figure.draw_without_rendering()
        assert figure.get_suptitle().endswith("?")
    names = [tick.get_text() for tick in figures[-1].axes[0].get_yticklabels()]
    assert any(name.startswith("no incident") for name in names) is not known


def test_a_quiet_time_has_no_alarm_to_draw():
    figure = timeline_figure((), (), "When?")
    assert "no alarm" in figure.axes[0].texts[0].get_text()
