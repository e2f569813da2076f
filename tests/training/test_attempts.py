from datetime import UTC, datetime

import pytest

from models.registry import Version
from training.attempts import Judgement, attempt_of


def judged(version, *judgements):
    tags = {one.key: "2026-03-01T00:00:00+00:00" for one in judgements}
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return Version(version, "run", now, "digest", {"data_rows": "9", **tags}, ())


@pytest.mark.parametrize("champion", ["1", None])
def test_judgements_against_the_same_champion_are_counted(champion):
    now = Judgement("2", champion, 300, 0)
    assert attempt_of(now, []) == 1
    assert attempt_of(now, [judged("2", now)]) == 1  # the same question, asked again
    earlier, shadowed = Judgement("2", champion, 200, 0), Judgement("2", champion, 300, 40)
    rival = Judgement("3", champion, 300, 0)
    known = [judged("2", earlier, shadowed), judged("3", rival)]
    assert attempt_of(now, known) == 4


def test_judgements_against_another_champion_are_not_counted():
    now = Judgement("3", "1", 300, 0)
    others = [Judgement("2", other, 300, 0) for other in ("11", "2", None)]
    assert attempt_of(now, [judged("2", *others)]) == 1
