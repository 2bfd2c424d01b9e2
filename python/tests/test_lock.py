import copy
import pickle
import threading
import time

import pytest


def test_lock_is_taken_and_given_back():
    lock = threading.Lock()
    assert lock.acquire() is True
    assert lock.locked()
    lock.release()
    assert not lock.locked()


def test_lock_as_context_manager_is_given_back_on_an_exception():
    lock = threading.Lock()

    def fail():
        with lock:
            assert lock.locked()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not lock.locked()


def test_lock_that_is_taken_is_refused_without_blocking():
    lock = threading.Lock()
    lock.acquire()
    assert lock.acquire(blocking=False) is False
    assert lock.acquire(timeout=0) is False


def test_lock_times_out():
    lock = threading.Lock()
    lock.acquire()
    begun = time.monotonic()
    assert lock.acquire(timeout=0.05) is False
    assert time.monotonic() - begun >= 0.05
    lock.release()
    assert lock.acquire(timeout=0.05) is True


def test_lock_that_nobody_has_cannot_be_released():
    with pytest.raises(RuntimeError, match="release unlocked lock"):
        threading.Lock().release()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((False, 1), ValueError), ((True, -2), ValueError), ((True, 1e20), OverflowError)],
)
def test_lock_refuses_bad_arguments(arguments, error):
    with pytest.raises(error):
        threading.Lock().acquire(*arguments)


@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, pickle.dumps])
def test_lock_cannot_be_copied(attempt):
    with pytest.raises(TypeError, match="cannot pickle"):
        attempt(threading.Lock())


def test_lock_may_be_released_by_another_thread(run):
    lock = threading.Lock()
    lock.acquire()
    run(lock.release)
    assert lock.acquire(timeout=5)


def test_lock_excludes_threads_that_sleep_inside(run):
    lock, inside, most = threading.Lock(), [], []

    def work():
        with lock:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [run(work) for _ in range(5)]
    for thread in threads:
        thread.join()
    assert most == [1] * 5


@pytest.mark.suspending
def test_lock_is_handed_over_in_the_order_of_waiting(run):
    lock, order = threading.Lock(), []

    def work(number):
        with lock:
            order.append(number)

    lock.acquire()
    threads = [run(work, number) for number in range(5)]
    time.sleep(0.05)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


@pytest.mark.suspending
def test_lock_forgets_those_who_gave_up(run):
    lock, got = threading.Lock(), []
    lock.acquire()
    impatient = run(lambda: got.append(lock.acquire(timeout=0.01)))
    patient = run(lambda: got.append(lock.acquire()))
    impatient.join()
    lock.release()
    patient.join()
    assert got == [False, True]
    assert lock.locked()


def test_rlock_may_be_taken_again_by_its_owner():
    lock = threading.RLock()
    with lock, lock:
        assert lock._is_owned()
    assert not lock.locked()


def test_rlock_excludes_other_threads(run):
    lock, got = threading.RLock(), []
    with lock:
        run(lambda: got.append(lock.acquire(blocking=False))).join()
    run(lambda: got.append(lock.acquire(blocking=False))).join()
    assert got == [False, True]


def test_rlock_cannot_be_released_by_another_thread(run):
    lock, errors = threading.RLock(), []

    def release():
        try:
            lock.release()
        except RuntimeError as error:
            errors.append(str(error))

    with lock:
        run(release).join()
    assert errors == ["cannot release un-acquired lock"]
