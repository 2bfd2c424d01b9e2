import gc
import threading
import time

import pytest

from portafilter_runtime import collector


@pytest.mark.suspending
def test_code_that_allocates_may_overtake_a_younger_stack(run):
    """Kills the interpreter without `collector`.

    See e2e/python/hazard.test.ts, which shows that.
    """

    def deep(depth):
        return 0 if depth == 0 else 1 + max(map(deep, [depth - 1]))

    def older():
        time.sleep(0.02)
        assert deep(50) == 50
        survivors.extend([] for _ in range(100_000))

    survivors = []
    threads = [run(older), run(lambda: time.sleep(0.1))]
    for thread in threads:
        thread.join()
    assert len(survivors) == 100_000


@pytest.mark.suspending
def test_nothing_is_collected_on_its_own_while_a_stack_is_suspended(run):
    event = threading.Event()
    thread = run(event.wait)
    time.sleep(0.01)
    assert collector._suspended == 1
    assert gc.isenabled()
    event.set()
    thread.join()
    assert collector._suspended == 0


@pytest.mark.suspending
def test_garbage_is_collected_all_the_same(run):
    class Cycle:
        alive = 0

        def __init__(self):
            self.me = self
            Cycle.alive += 1

        def __del__(self):
            Cycle.alive -= 1

    def litter():
        for _ in range(30):
            for _ in range(2_000):
                Cycle()
            time.sleep(0)

    event = threading.Event()
    waiting, littering = run(event.wait), run(litter)
    littering.join()
    event.set()
    waiting.join()
    assert Cycle.alive < 60_000


def test_the_apps_own_wish_is_kept():
    assert gc.isenabled()
    gc.disable()
    try:
        time.sleep(0.001)
        assert not gc.isenabled()
    finally:
        gc.enable()
    time.sleep(0.001)
    assert gc.isenabled()


@pytest.mark.suspending
def test_an_increment_is_refused_while_a_stack_is_suspended(run):
    event = threading.Event()
    threads = [run(lambda: (time.sleep(0.01), gc.collect(1), event.set())), run(event.wait)]
    for thread in threads:
        thread.join()
    assert gc.collect(0) >= 0
