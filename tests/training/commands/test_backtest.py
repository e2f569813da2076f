import json


def test_the_past_is_walked_and_told(export, run, home, tmp_path):
    made, answer = export(rows=1_500), tmp_path / "answer.json"
    made.columns.write_text(made.columns.read_text().replace("text: words\n", ""))
    config = tmp_path / "config.yaml"
    config.write_text("evaluation: {rounds: 50}\nscorer: {overturn: {slices: 1, candidates: {}}}\n")
    ended = run("backtest", *made.arguments, "--json", answer, "--config", config)
    assert ended.code == 0, ended.err
    told = json.loads(answer.read_text())
    assert told["every"] == "month"
    assert told["every_chosen"]
    assert "by month, chosen by the span" in ended.out
    assert f"mean: AUC {told['mean']['auc']:.3f}" in ended.out
    assert "2026-03-01" in ended.err
    assert told["run_id"]
    assert told["against"] is None
    assert "AUC gained" in ended.out
    gains = told["gains"]["boosting_attributes"]["auc"]
    assert f"in {gains['better']} of {len(told['periods'])} periods" in ended.out


def test_two_configurations_are_set_against_each_other(export, run, home, tmp_path):
    made, answer = export(rows=1_500), tmp_path / "answer.json"
    made.columns.write_text(made.columns.read_text().replace("text: words\n", ""))
    config = tmp_path / "config.yaml"
    config.write_text("evaluation: {rounds: 50}\nscorer: {overturn: {slices: 1, candidates: {}}}\n")
    both = ("--config", config, "--against", config)
    ended = run("backtest", *made.arguments, "--json", answer, *both)
    assert ended.code == 0, ended.err
    told = json.loads(answer.read_text())
    assert told["against"]["auc"] == told["mean"]["auc"]
    assert told["gains"]["against"]["auc"]["better"] == 0
    assert "against" in ended.out
    missing = run("backtest", *made.arguments, "--against", tmp_path / "none.yaml")
    assert missing.code == 2


def test_bad_input_is_one_clear_line(export, run, home):
    made = export(rows=300)
    assert run("backtest", *made.arguments, "--every", "week").code == 2
    assert run("backtest", str(made.file)).code == 2
    year = run("backtest", *made.arguments, "--every", "year")
    assert year.code == 2
    assert "one year" in year.err
    empty = run("backtest")
    assert empty.code == 2
    assert "no decided appeals" in empty.err
