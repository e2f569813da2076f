"""Watching: looks come again and again, whatever they run into, until it is stopped."""

from threading import Event

from serving.watch import Watch


def test_it_looks_at_once_and_again_and_survives_what_it_runs_into(until):
    looks, failures = [], []

    def look():
        looks.append(len(looks))
        if len(looks) % 2:
            raise ConnectionError(str(len(looks)))

    watch = Watch("looking", look, failures.append, seconds=0.001)
    watch.start()
    until(lambda: len(looks) >= 5)
    watch.stop()
    assert [str(error) for error in failures] == [str(n + 1) for n in looks if not n % 2]
    assert all(isinstance(error, ConnectionError) for error in failures)
    seen = len(looks)
    assert not Event().wait(0.02)
    assert len(looks) == seen


def test_a_look_that_has_begun_is_waited_for(until):
    begun, ended, may_end = Event(), Event(), Event()

    def look():
        begun.set()
        may_end.wait(10)
        ended.set()

    watch = Watch("slow", look, lambda error: None, seconds=60)
    watch.start()
    assert begun.wait(10)
    may_end.set()
    watch.stop()
    assert ended.is_set()


def test_one_that_was_never_started_can_be_stopped():
    Watch("idle", lambda: None, lambda error: None).stop()
