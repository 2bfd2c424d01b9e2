import threading
import time

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest
from test_asyncio import on_main_loop


def test_work_runs_in_a_thread_and_reports_back():
    async def main():
        return await anyio.to_thread.run_sync(lambda: threading.current_thread().name)

    assert on_main_loop(main()) == "AnyIO worker thread"


def test_exceptions_come_back():
    async def main():
        with pytest.raises(ZeroDivisionError):
            await anyio.to_thread.run_sync(lambda: 1 / 0)

    on_main_loop(main())


def test_limiter_bounds_the_work():
    async def main():
        running, most = [], []
        limiter = anyio.CapacityLimiter(2)

        def work():
            running.append(1)
            most.append(len(running))
            time.sleep(0.01)
            running.pop()

        async def one():
            await anyio.to_thread.run_sync(work, limiter=limiter)

        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(one)
        return most

    most = on_main_loop(main())
    assert len(most) == 6
    assert max(most) <= 2


def test_idle_workers_have_no_thread():
    async def main():
        for _ in range(3):
            await anyio.to_thread.run_sync(int)
        await anyio.sleep(0.01)
        return [thread.name for thread in threading.enumerate()]

    assert "AnyIO worker thread" not in on_main_loop(main())


def test_thread_calls_back_into_the_loop():
    def work():
        async def name():
            await anyio.sleep(0.001)
            return threading.current_thread().name

        return anyio.from_thread.run(name), anyio.from_thread.run_sync(threading.get_ident)

    async def main():
        return await anyio.to_thread.run_sync(work)

    assert on_main_loop(main()) == ("MainThread", threading.main_thread().ident)


def test_context_goes_along():
    from contextvars import ContextVar

    variable = ContextVar("variable")

    async def main():
        variable.set("given")
        return await anyio.to_thread.run_sync(variable.get)

    assert on_main_loop(main()) == "given"


def test_run_in_a_thread(run):
    async def main():
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0.005)
        return await anyio.to_thread.run_sync(lambda: "done")

    results = []
    run(lambda: results.append(anyio.run(main))).join()
    assert results == ["done"]


@pytest.mark.suspending
def test_blocking_portal():
    with anyio.from_thread.start_blocking_portal() as portal:
        assert portal.call(anyio.sleep, 0.001) is None
        future = portal.start_task_soon(threading.get_ident)
        assert future.result() != threading.main_thread().ident


@pytest.mark.suspending
def test_abandoned_work_goes_on_by_itself():
    abandoned, done = threading.Event(), threading.Event()

    async def main():
        with anyio.move_on_after(0.01) as scope:
            await anyio.to_thread.run_sync(
                lambda: (abandoned.wait(5), done.set()), abandon_on_cancel=True
            )
        return scope.cancelled_caught, done.is_set()

    assert on_main_loop(main()) == (True, False)
    abandoned.set()
    assert done.wait(5)
