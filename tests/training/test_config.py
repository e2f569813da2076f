from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from features.errors import InvalidConfig, UnreadableFile
from models.overturn import OverturnConfig
from models.penalties import Penalties
from training.config import (
    DEFAULT,
    TrainConfig,
    load_config,
    parameters,
    read_config,
    with_overturn,
)
from training.sample.writer import NUMERIC

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_no_file_gives_the_default():
    assert load_config(None) == TrainConfig()


def test_a_file_overrides_what_it_names(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("seed: 7\ngate:\n  ece_limit: 0.03\n")

    config = load_config(path)

    assert config.seed == 7
    assert config.gate.ece_limit == 0.03
    assert config.split == DEFAULT.split


def test_an_empty_file_is_the_default(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("# nothing yet\n")

    assert load_config(path) == DEFAULT


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sed: 1", "sed"),
        ("gate: {ece_limt: 0.1}", "gate.ece_limt"),
        ("split: {test: 1.5}", "split.test"),
        ("seed: -1", "seed"),
        ("seed: one", "seed"),
        ("- seed", "the whole"),
    ],
)
def test_what_is_misspelt_or_out_of_range_is_refused_by_name(tmp_path, text, named):
    path = tmp_path / "config.yaml"
    path.write_text(text)

    with pytest.raises(InvalidConfig) as refused:
        load_config(path)

    assert f"config.yaml: {named}:" in str(refused.value)


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00"])
def test_a_file_that_is_no_yaml_is_refused(tmp_path, content):
    path = tmp_path / "config.yaml"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=r"config\.yaml cannot be read"):
        load_config(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="FileNotFoundError"):
        load_config(tmp_path / "none.yaml")


def test_a_configuration_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        DEFAULT.seed = 1


def test_parameters_name_every_value_and_the_dump_reads_back():
    flat = parameters(DEFAULT)

    assert flat["seed"] == 0
    assert flat["split.test"] == 0.15
    assert all(not isinstance(value, dict) for value in flat.values())
    assert read_config(DEFAULT.model_dump(mode="json"), "dump") == DEFAULT


def test_the_example_for_a_training_is_the_default_until_it_is_edited():
    declared = yaml.safe_load((EXAMPLES / "train.yaml").read_text(encoding="utf-8"))

    assert load_config(EXAMPLES / "train.yaml") == DEFAULT
    assert len(declared) >= 4  # it shows something


def test_the_example_for_drift_expects_facts_of_the_sample_and_changes_nothing_else():
    config = load_config(EXAMPLES / "drift.yaml")

    facts = {f"attributes.{name}" for name in NUMERIC}
    assert len(config.drift.expected) == 2
    assert set(config.drift.expected) <= facts
    drift = config.drift.model_copy(update={"expected": ()})
    assert config.model_copy(update={"drift": drift}) == DEFAULT


@pytest.mark.parametrize("command", ["train", "drift"])
def test_an_example_names_the_command_that_takes_it(command):
    said = (EXAMPLES / f"{command}.yaml").read_text(encoding="utf-8")

    assert f"#   redress {command} --config examples/{command}.yaml\n" in said


def test_another_way_to_fit_changes_nothing_else():
    better = OverturnConfig(start=Penalties(numbers=7.0), candidates={})
    config = with_overturn(TrainConfig(seed=3), better)
    assert config.scorer.overturn == better
    assert with_overturn(config, DEFAULT.scorer.overturn) == TrainConfig(seed=3)
    assert read_config(config.model_dump(mode="json"), "dump") == config
