"""`redress benchmark languages`: whether other languages are told apart as English is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from features.command import json_option, report
from features.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--mean-of", multiple=True, metavar="NAME", help="Languages to average over; repeatable."
)
@click.option(
    "--test-texts", is_flag=True, help="Distil on the texts of test as well, without their topics."
)
@json_option
def languages(
    folder: Path, mean_of: tuple[str, ...], test_texts: bool, json_file: Path | None
) -> None:
    """Tell topics in other languages: the multilingual teacher and student beside the English.

    FOLDER holds a table a language, with the columns text, category and split (train, dev, test).
    """
    from training.benchmarks.languages import benchmark_languages, read_languages
    from training.stages import Stages

    answer = benchmark_languages(
        read_languages(folder),
        mean_of,
        Settings.from_environment(),
        Stages.on_stderr(),
        test_texts,
    )
    click.echo("\n".join(_lines(answer)))
    report(answer, json_file)


def _lines(answer: dict[str, Any]) -> list[str]:
    ways = ("multilingual", "english")
    figures = ("teacher_v_measure", "student_accuracy")
    heads = [f"{way} {figure.replace('_', ' ')}" for figure in figures for way in ways]
    lines = [f"{answer['texts']} texts", " " * 12 + "".join(f"{head:>34}" for head in heads)]
    for name in answer[ways[0]][figures[0]]:
        cells = [answer[way][figure][name] for figure in figures for way in ways]
        lines.append(f"{name:<12}" + "".join(f"{cell:>34.3f}" for cell in cells))
    means = ("teacher_mean_v_measure", "student_mean_accuracy")
    cells = [answer[way][mean] for mean in means for way in ways]
    lines.append(f"{'mean':<12}" + "".join(f"{cell:>34.3f}" for cell in cells))
    for way in ways:
        together = answer[way]["student_together"]
        lines.append(
            f"{way} student, all languages at once: V {together['topic_v_measure']:.3f} "
            f"by topic, {together['language_v_measure']:.3f} by language"
        )
    return lines
