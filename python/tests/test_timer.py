import threading
import time

import pytest


def test_timer_acts_when_its_time_has_come():
    seen = []
    timer = threading.Timer(0.02, lambda *a, **k: seen.append((a, k)), [1], {"b": 2})
    begun = time.monotonic()
    timer.start()
    assert timer.is_alive()
    timer.join()
    assert time.monotonic() - begun >= 0.02
    assert seen == [((1,), {"b": 2})]
    assert timer.finished.is_set()


def test_timer_that_is_cancelled_is_gone_at_once():
    seen = []
    timer = threading.Timer(60, seen.append, [1])
    timer.start()
    assert timer in threading.enumerate()
    timer.cancel()
    timer.join()
    assert not timer.is_alive()
    assert timer not in threading.enumerate()
    assert seen == []


def test_timer_that_was_cancelled_before_its_start_does_nothing():
    seen = []
    timer = threading.Timer(60, seen.append, [1])
    timer.cancel()
    timer.start()
    timer.join()
    assert seen == []


def test_timer_starts_only_once():
    timer = threading.Timer(0, lambda: None)
    timer.start()
    with pytest.raises(RuntimeError, match="only be started once"):
        timer.start()
    timer.join()


def test_timer_holds_no_stack_while_it_waits():
    from portafilter_runtime import collector

    timer = threading.Timer(60, print)
    timer.start()
    time.sleep(0.01)
    assert collector._suspended == 0
    timer.cancel()


@pytest.mark.suspending
def test_timer_with_a_run_of_its_own_repeats():
    class Repeating(threading.Timer):
        def run(self):
            while not self.finished.wait(self.interval):
                self.function(*self.args, **self.kwargs)

    seen = []
    timer = Repeating(0.01, seen.append, [1])
    timer.start()
    time.sleep(0.1)
    timer.cancel()
    timer.join()
    assert len(seen) >= 2


def test_timer_whose_run_calls_the_original_waits_first():
    class Loud(threading.Timer):
        def run(self):
            super().run()

    seen = []
    begun = time.monotonic()
    timer = Loud(0.02, lambda: seen.append(time.monotonic() - begun >= 0.02))
    timer.start()
    timer.join()
    assert seen == [True]
