import json

from training.benchmarks.queue import benchmark_queue
from training.benchmarks.queue_figure import queue_figure
from training.config import DEFAULT
from training.queue_value import CAPACITIES, Day
from training.source import Source, read_cases
from training.stages import Stages


def test_the_command_tells_what_the_order_is_worth(export, run, home, quick_scorer, tmp_path):
    made, answer, drawn = export(rows=1_000), tmp_path / "answer.json", tmp_path / "queue.png"
    asked = ("--capacity", "0.8", "--json", answer, "--figure", drawn)
    ended = run("benchmark", "queue", *made.arguments, *asked)
    assert ended.code == 0, ended.err
    told = json.loads(answer.read_text())
    assert told["appeals"] == 150
    assert told["capacity"] == 0.8
    assert set(told["policies"]) == {"first_come", "redress", "oracle"}
    assert [one["capacity"] for one in told["curve"]] == list(CAPACITIES)
    assert told["longest_ratio"] <= 2
    assert f"median {told['median_ratio']:.2f} times" in ended.out
    sent = told["sent_at_once"]
    assert sent["escalated"] <= sent["decided"] <= sent["sent"] == told["critical_tier"]
    assert f"at once: {sent['sent']:,}" in ended.out
    assert f"{sent['escalated']:,} were escalated" in ended.out
    assert "\nwith tier " in ended.out
    assert told["first_come_with_tier"] == told["policies"]["first_come"] | {"within_hour": None}
    assert drawn.stat().st_size > 10_000


def test_what_cannot_be_played_is_one_clear_line(export, run, home, quick_scorer):
    made = export(rows=300)
    for wrong, said in (
        (("--capacity", "0"), "share of the intake"),
        (("--capacity", "80"), "0.8 for 80 %"),
        (("--hours", "9"), "9-18"),
        (("--hours", "18-9"), "9-18"),
    ):
        ended = run("benchmark", "queue", *made.arguments, *wrong)
        assert ended.code == 2, wrong
        assert said in ended.err
    assert run("benchmark", "queue", str(made.file)).code == 2
    empty = run("benchmark", "queue")
    assert empty.code == 2
    assert "no decided appeals" in empty.err


def test_the_figure_names_its_rules_and_its_cases(export, home, quick_scorer):
    made = export(rows=1_000)
    cases = read_cases(Source(made.file, made.columns), home)
    found = benchmark_queue(
        cases, 0.8, Day(), DEFAULT, home, Stages.on_stderr(), capacities=(0.7, 1.1)
    )
    axes = queue_figure(found).axes
    assert "150 appeals" in axes[0].get_title()
    labels = [text.get_text() for text in axes[0].get_legend().get_texts()]
    assert len(labels) == 3
    assert all(axis.get_ylabel() for axis in axes)
    assert [len(line.get_xdata()) for line in axes[1].lines[:3]] == [2, 2, 2]
    assert f"sent at once: {int(found.cases.critical.sum())}" in axes[2].get_title()
    same = [text.get_text() for text in axes[2].get_legend().get_texts()]
    assert same == ["first come, with the same critical tier sent at once"]
