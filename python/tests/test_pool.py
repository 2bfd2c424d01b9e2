import concurrent.futures
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor

import pytest


def test_submit_and_result():
    with ThreadPoolExecutor(2) as pool:
        future = pool.submit(pow, 2, exp=5)
        assert future.result() == 32
        assert future.done()


def test_work_runs_in_threads_of_the_pool():
    with ThreadPoolExecutor(1, thread_name_prefix="pool") as pool:
        name = pool.submit(lambda: threading.current_thread().name).result()
    assert name.startswith("pool_")


def test_map_keeps_the_order():
    def work(number):
        time.sleep(0.01 * (3 - number))
        return number

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, range(4))) == [0, 1, 2, 3]


def test_exceptions_come_out_of_the_future():
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(lambda: 1 / 0)
        assert isinstance(future.exception(), ZeroDivisionError)
        with pytest.raises(ZeroDivisionError):
            future.result()


def test_no_more_threads_than_allowed():
    running, most = [], []

    def work(_):
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(10)))
    assert max(most) <= 3


@pytest.mark.suspending
def test_work_runs_side_by_side():
    barrier = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: barrier.wait(), range(4))) == [0, 1, 2, 3]


@pytest.mark.suspending
def test_as_completed_gives_the_quick_first():
    may_end = [threading.Event() for _ in range(3)]

    def work(number):
        may_end[number].wait(5)
        return number

    order = []
    with ThreadPoolExecutor(3) as pool:
        futures = concurrent.futures.as_completed([pool.submit(work, n) for n in range(3)])
        for number in (1, 2, 0):
            may_end[number].set()
            order.append(next(futures).result())
    assert order == [1, 2, 0]


@pytest.mark.suspending
def test_wait_for_the_first():
    event = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        slow, quick = pool.submit(event.wait), pool.submit(int)
        done, pending = concurrent.futures.wait([slow, quick], return_when=FIRST_COMPLETED)
        assert (done, pending) == ({quick}, {slow})
        event.set()


@pytest.mark.suspending
def test_result_times_out():
    event = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(event.wait)
        with pytest.raises(TimeoutError):
            future.result(timeout=0.02)
        event.set()


def test_future_that_has_not_begun_can_be_cancelled():
    pool = ThreadPoolExecutor(1)
    futures = [pool.submit(time.sleep, 0.01) for _ in range(3)]
    assert futures[2].cancel()
    pool.shutdown()
    assert [future.cancelled() for future in futures] == [False, False, True]


def test_shutdown_waits_for_the_work():
    done = []
    pool = ThreadPoolExecutor(2)
    for number in range(4):
        pool.submit(lambda n=number: (time.sleep(0.01), done.append(n)))
    pool.shutdown()
    assert sorted(done) == [0, 1, 2, 3]
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(int)


def test_shutdown_can_drop_what_has_not_begun():
    pool = ThreadPoolExecutor(1)
    futures = [pool.submit(time.sleep, 0.01) for _ in range(3)]
    pool.shutdown(cancel_futures=True)
    assert all(future.done() for future in futures)
    assert any(future.cancelled() for future in futures)


def test_idle_pool_has_no_thread():
    pool = ThreadPoolExecutor(4)
    assert list(pool.map(abs, [-1, -2])) == [1, 2]
    while threading.active_count() > 1:
        time.sleep(0.001)
    assert pool.submit(int).result() == 0
    pool.shutdown()


def test_initializer_runs_in_every_thread_of_the_pool():
    local = threading.local()

    def prepare(value):
        local.value = value

    with ThreadPoolExecutor(2, initializer=prepare, initargs=("ready",)) as pool:
        seen = list(pool.map(lambda _: local.value, range(4)))
    assert seen == ["ready"] * 4


def test_initializer_that_fails_breaks_the_pool(caplog):
    with ThreadPoolExecutor(1, initializer=lambda: 1 / 0) as pool:
        future = pool.submit(int)
        with pytest.raises(concurrent.futures.BrokenExecutor):
            future.result()
    assert "Exception in initializer" in caplog.text


def test_work_that_waits_for_other_work_of_the_pool():
    with ThreadPoolExecutor(2) as pool:
        future = pool.submit(lambda: pool.submit(pow, 2, 3).result() + 1)
        assert future.result() == 9


def test_done_callback_and_its_thread():
    seen = []
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).add_done_callback(lambda future: seen.append(future.result()))
    assert seen == [0]
