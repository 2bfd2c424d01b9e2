"""CPython's own classes, on top of the lock."""

import threading
import time

import pytest


def until_all_wait(condition, waiting, count):
    """Returns when `count` threads wait that each put themselves into `waiting` under the lock."""
    while True:
        with condition:
            if len(waiting) == count:
                return
        time.sleep(0.001)


@pytest.mark.suspending
def test_condition_wakes_the_first_that_waits(run):
    condition, waiting, woken = threading.Condition(), [], []

    def wait(number, patience):
        with condition:
            waiting.append(number)
            woken.append((number, condition.wait(patience)))

    threads = []
    for number, patience in enumerate((5, 0.5, 0.5)):
        threads.append(run(wait, number, patience))
        until_all_wait(condition, waiting, number + 1)
    with condition:
        condition.notify()
    for thread in threads:
        thread.join()
    assert woken[0] == (0, True)
    assert sorted(woken) == [(0, True), (1, False), (2, False)]


@pytest.mark.suspending
def test_condition_wakes_all(run):
    condition, waiting, woken = threading.Condition(), [], []

    def wait(number):
        with condition:
            waiting.append(number)
            condition.wait()
            woken.append(number)

    threads = [run(wait, number) for number in range(3)]
    until_all_wait(condition, waiting, 3)
    with condition:
        condition.notify_all()
    for thread in threads:
        thread.join()
    assert sorted(woken) == [0, 1, 2]


def test_condition_waits_for_a_predicate(run):
    condition, items = threading.Condition(), []

    def produce():
        for number in range(3):
            time.sleep(0.01)
            with condition:
                items.append(number)
                condition.notify()

    run(produce)
    with condition:
        assert condition.wait_for(lambda: len(items) == 3, timeout=5)
    assert items == [0, 1, 2]


def test_condition_times_out():
    condition = threading.Condition()
    with condition:
        assert condition.wait(0.02) is False
        assert condition.wait_for(lambda: False, 0.02) is False
        assert condition._is_owned()


def test_condition_must_be_held():
    with pytest.raises(RuntimeError, match="un-acquired"):
        threading.Condition().wait()


def test_event_wakes_those_who_wait(run):
    event = threading.Event()
    run(lambda: (time.sleep(0.02), event.set()))
    assert event.wait() is True
    assert event.is_set()


def test_event_times_out_and_can_be_cleared():
    event = threading.Event()
    assert event.wait(0.02) is False
    event.set()
    assert event.wait(0) is True
    event.clear()
    assert event.wait(0) is False


@pytest.mark.suspending
def test_event_wakes_many_at_once(run):
    event, woken = threading.Event(), []
    threads = [run(lambda: (event.wait(), woken.append(1))) for _ in range(10)]
    time.sleep(0.02)
    assert woken == []
    event.set()
    for thread in threads:
        thread.join()
    assert len(woken) == 10


@pytest.mark.suspending
def test_semaphore_lets_only_so_many_in(run):
    semaphore, inside, most = threading.Semaphore(3), [], []

    def work():
        with semaphore:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [run(work) for _ in range(10)]
    for thread in threads:
        thread.join()
    assert max(most) == 3


def test_semaphore_times_out():
    semaphore = threading.Semaphore(1)
    assert semaphore.acquire()
    assert semaphore.acquire(timeout=0.02) is False
    assert semaphore.acquire(blocking=False) is False


def test_bounded_semaphore_is_not_released_too_often():
    semaphore = threading.BoundedSemaphore(2)
    semaphore.acquire()
    semaphore.release()
    with pytest.raises(ValueError, match="too many"):
        semaphore.release()


@pytest.mark.suspending
def test_barrier_lets_all_pass_together(run):
    actions, passed = [], []
    barrier = threading.Barrier(3, action=lambda: actions.append(len(passed)))
    threads = [run(lambda: passed.append(barrier.wait())) for _ in range(3)]
    for thread in threads:
        thread.join()
    assert sorted(passed) == [0, 1, 2]
    assert actions == [0]


@pytest.mark.suspending
def test_barrier_can_be_aborted_and_reset(run):
    barrier, broken = threading.Barrier(2), []

    def wait():
        try:
            barrier.wait()
        except threading.BrokenBarrierError:
            broken.append(barrier.broken)

    thread = run(wait)
    time.sleep(0.02)
    barrier.abort()
    thread.join()
    assert broken == [True]
    barrier.reset()
    assert not barrier.broken


def test_barrier_breaks_after_a_timeout():
    barrier = threading.Barrier(2)
    with pytest.raises(threading.BrokenBarrierError):
        barrier.wait(0.02)
    assert barrier.broken
