import pandas as pd
import pytest

from training.bench.exploring import delays, moves
from training.bench.exploring_figures import (
    base_rates_figure,
    delays_figure,
    intake_figure,
    missingness_figure,
    moves_figure,
    weekly_rate_figure,
)


def words(figure):
    figure.draw_without_rendering()
    found = [figure.get_suptitle(), figure.get_supxlabel()]
    for axes in figure.axes:
        found += [axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()]
        found += [text.get_text() for text in (*axes.texts, *axes.get_yticklabels())]
        legend = axes.get_legend()
        found += [text.get_text() for text in legend.get_texts()] if legend else []
    return " ".join(found)


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda home: intake_figure(home.appeals), ["How much", "appeals a week", "undecided"]),
        (lambda home: weekly_rate_figure(home.cases.frame), ["steady?", "%", "whole time"]),
        (lambda home: delays_figure(delays(home.appeals)), ["How long", "days", "50% by day 2.0"]),
        (
            lambda home: base_rates_figure(home.cases.frame, "policy", "detection", "market"),
            ["policy, detection?", "overturned (%)", "95 % intervals", "payout policy (110)"],
        ),
        (
            lambda home: missingness_figure(home.cases.frame),
            ["What is missing", "no column is empty"],
        ),
    ],
)
def test_a_figure_asks_a_question_and_names_its_axes(bench_home, draw, told):
    said = words(draw(bench_home))
    assert [part for part in told if part not in said] == []


def test_a_fact_that_no_appeal_has_gives_a_plain_answer(bench_home):
    assert "no appeal has such a fact" in words(base_rates_figure(bench_home.cases.frame, "market"))


def test_what_is_missing_is_drawn_by_outcome(bench_home):
    decided = bench_home.cases.frame
    some = pd.Series([None, 2.0] * 165, dtype=object)
    said = words(missingness_figure(decided.assign(**{"attributes.age": some})))
    assert "age" in said
    assert "overturned" in said
    assert "upheld" in said


def test_moves_name_what_moved_or_say_why_there_are_none(bench_home):
    table = pd.DataFrame(
        [("policy", 0.3, 0.1, "a: 10% to 40%"), ("stake", 0.01, 0.05, "below 5: 10% to 11%")],
        columns=["fact", "index", "by_chance", "most"],
    )
    said = words(moves_figure(table, 28))
    assert "a: 10% to 40%" in said
    assert "below 5" not in said  # no more than chance
    assert "too few" in words(moves_figure(moves(bench_home.appeals.head(40)), 28))
