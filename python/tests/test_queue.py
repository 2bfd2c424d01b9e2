import queue
import threading
import time

import pytest


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (queue.Queue, [2, 3, 1]),
        (queue.LifoQueue, [1, 3, 2]),
        (queue.PriorityQueue, [1, 2, 3]),
        (queue.SimpleQueue, [2, 3, 1]),
    ],
)
def test_order(make, expected):
    items = make()
    for number in (2, 3, 1):
        items.put(number)
    assert [items.get() for _ in range(3)] == expected
    assert items.empty()
    with pytest.raises(queue.Empty):
        items.get_nowait()


@pytest.mark.parametrize("make", [queue.Queue, queue.SimpleQueue])
def test_get_waits_for_what_another_thread_puts(make, run):
    items = make()
    run(lambda: [(time.sleep(0.005), items.put(number)) for number in range(3)])
    assert [items.get() for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("make", [queue.Queue, queue.SimpleQueue])
def test_get_times_out(make):
    with pytest.raises(queue.Empty):
        make().get(timeout=0.02)
    with pytest.raises(ValueError, match="non-negative"):
        make().get(timeout=-1)


@pytest.mark.suspending
def test_put_waits_for_room(run):
    items, got = queue.Queue(maxsize=1), []
    run(lambda: [(time.sleep(0.005), got.append(items.get())) for _ in range(3)])
    for number in range(3):
        items.put(number)
    while len(got) < 3:
        time.sleep(0.005)
    assert got == [0, 1, 2]


def test_put_times_out():
    items = queue.Queue(maxsize=1)
    items.put(1)
    with pytest.raises(queue.Full):
        items.put(2, timeout=0.02)
    with pytest.raises(queue.Full):
        items.put_nowait(2)


def test_join_waits_for_the_work_to_be_done(run):
    items, done = queue.Queue(), []

    def work():
        for _ in range(3):
            done.append(items.get())
            time.sleep(0.005)
            items.task_done()

    for number in range(3):
        items.put(number)
    run(work)
    items.join()
    assert done == [0, 1, 2]


@pytest.mark.suspending
def test_shutdown_wakes_those_who_wait(run):
    items, errors = queue.Queue(), []

    def get():
        try:
            items.get()
        except queue.ShutDown:
            errors.append("shut down")

    threads = [run(get) for _ in range(2)]
    time.sleep(0.02)
    items.shutdown()
    for thread in threads:
        thread.join()
    assert errors == ["shut down"] * 2


@pytest.mark.suspending
def test_many_producers_and_consumers(run):
    items, got = queue.Queue(maxsize=2), []

    def consume():
        while (item := items.get()) is not None:
            got.append(item)

    consumers = [run(consume) for _ in range(3)]
    producers = [run(lambda n=n: [items.put((n, i)) for i in range(10)]) for n in range(4)]
    for producer in producers:
        producer.join()
    for _ in consumers:
        items.put(None)
    for consumer in consumers:
        consumer.join()
    assert sorted(got) == [(n, i) for n in range(4) for i in range(10)]
    assert threading.active_count() == 1
