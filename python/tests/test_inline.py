"""Browsers that cannot suspend a stack."""

import asyncio
import queue
import threading
import time

import pytest

from portafilter_runtime import blocking, inline

pytestmark = pytest.mark.inline


def test_nothing_claims_to_be_able_to_suspend():
    import pyodide.ffi

    assert not blocking.can_suspend()
    assert not pyodide.ffi.can_run_sync()
    with pytest.raises(RuntimeError, match="cannot be suspended"):
        pyodide.ffi.run_sync(asyncio.sleep(0))


def test_thread_runs_to_its_end_when_it_is_joined():
    steps = []

    def work():
        steps.append("begin")
        time.sleep(0.005)
        steps.append("end")

    thread = threading.Thread(target=work)
    thread.start()
    assert steps == []
    thread.join()
    assert steps == ["begin", "end"]


def test_wait_runs_what_could_end_it_and_no_more():
    event, later = threading.Event(), []
    threads = [threading.Thread(target=event.set), threading.Thread(target=later.append, args=(1,))]
    for thread in threads:
        thread.start()
    assert event.wait()
    assert later == []
    threads[1].join()


@pytest.mark.parametrize(
    "wait",
    [
        lambda: threading.Event().wait(),
        lambda: queue.Queue().get(),
        lambda: queue.SimpleQueue().get(),
        lambda: threading.Barrier(2).wait(),
        lambda: asyncio.run(asyncio.Event().wait()),
    ],
    ids=["event", "queue", "simple queue", "barrier", "asyncio"],
)
def test_waiting_for_ever_is_an_error_that_says_why(wait):
    with pytest.raises(RuntimeError, match=r"cannot suspend WebAssembly.*Chrome, Edge and Firefox"):
        wait()


def test_lock_that_its_own_stack_holds_is_an_error():
    lock = threading.Lock()
    with lock, pytest.raises(RuntimeError, match="wait for ever"):
        lock.acquire()


def test_patience_ends(monkeypatch):
    monkeypatch.setattr(inline, "PATIENCE", 0.02)

    async def tick():
        while True:
            await asyncio.sleep(0.005)

    async def main():
        task = asyncio.create_task(tick())
        try:
            with pytest.raises(RuntimeError, match="wait for ever"):
                threading.Event().wait()
        finally:
            task.cancel()

    asyncio.run_coroutine_threadsafe(main(), blocking.main_loop.get()).result(5)


def test_timers_run_during_waits():
    event = threading.Event()
    threading.Timer(0.01, event.set).start()
    assert event.wait()


def test_callbacks_of_the_loop_run_during_waits():
    seen = []
    loop = blocking.main_loop.get()
    loop.call_soon(seen.append, 1)
    loop.call_later(0.005, seen.append, 2)
    cancelled = loop.call_soon(seen.append, 3)
    cancelled.cancel()
    time.sleep(0.02)
    assert seen == [1, 2]


def test_callbacks_that_have_run_are_forgotten():
    loop = blocking.main_loop.get()
    for _ in range(300):
        loop.call_soon(int)
        loop.call_later(60, int).cancel()
    time.sleep(0.01)
    assert len(inline._scheduled) < 50


def test_nested_threads_are_who_they_are():
    names = []

    def inner():
        names.append(threading.current_thread().name)

    def outer():
        thread = threading.Thread(target=inner, name="inner")
        thread.start()
        thread.join()
        names.append(threading.current_thread().name)

    thread = threading.Thread(target=outer, name="outer")
    thread.start()
    thread.join()
    names.append(threading.current_thread().name)
    assert names == ["inner", "outer", "MainThread"]


def test_wait_in_a_task_gives_the_task_back():
    async def main():
        me = asyncio.current_task()
        thread = threading.Thread(target=time.sleep, args=(0.001,))
        thread.start()
        thread.join()
        return asyncio.current_task() is me

    future = asyncio.run_coroutine_threadsafe(main(), blocking.main_loop.get())
    assert future.result(5) is True
    assert asyncio.run(main()) is True
