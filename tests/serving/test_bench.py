"""Threads at work: few at a time, few waiting."""

import threading

import anyio
import pytest

from serving.bench import Bench
from serving.problems import Problem


def test_work_is_done_in_a_thread_and_its_error_comes_back():
    async def main():
        bench = Bench()
        assert await bench.run(threading.get_ident) != threading.get_ident()
        assert await bench.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await bench.run(divmod, 7, 0)

    anyio.run(main)


def test_no_more_work_at_a_time_than_there_are_threads_and_too_many_are_sent_away():
    release, at_work = threading.Event(), []

    def work():
        at_work.append(1)
        release.wait(30)

    async def main():
        bench = Bench(threads=2, waiting=3)
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                bench.require_room()
                tasks.start_soon(bench.run, work)
            while len(at_work) < 2 or bench.limiter.statistics().tasks_waiting < 3:
                await anyio.sleep(0.001)
            assert len(at_work) == 2
            with pytest.raises(Problem) as caught:
                bench.require_room()
            assert (caught.value.status, caught.value.kind) == (503, "overloaded")
            release.set()
        bench.require_room()
        assert len(at_work) == 5

    anyio.run(main)
