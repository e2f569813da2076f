from datetime import UTC, datetime

from serving.benchmarks.big_appeals import plan_of
from serving.benchmarks.pages import Took, lines_of


def test_a_plan_is_the_same_each_time():
    end = datetime(2025, 3, 31, tzinfo=UTC)
    one, other = plan_of(100, 5, end), plan_of(100, 5, end)
    assert one.theme.tolist() == other.theme.tolist()
    assert one.filed(99) == end
    assert one.filed(0) < one.filed(1) < end


def test_measurements_are_laid_out_in_lines():
    head, line = lines_of([Took("/queue", 81.2, 40.0, 60.4, 58.96, 12.3)])
    assert head.split()[0] == "page"
    assert line.split() == ["/queue", "81", "40", "60", "59.0", "12.3"]
