import asyncio
import threading
import time

import pytest

from portafilter_runtime import main_loop


def in_thread(function):
    """Runs a function in a thread. Returns its result or raises its exception."""
    outcome = {}

    def body():
        try:
            outcome["result"] = function()
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]


def test_run_in_a_thread():
    async def main():
        await asyncio.sleep(0.005)
        return threading.current_thread() is not threading.main_thread()

    assert in_thread(lambda: asyncio.run(main())) is True


def test_run_where_the_workers_loop_is_running():
    async def main():
        await asyncio.sleep(0.005)
        return asyncio.get_running_loop()

    before = asyncio._get_running_loop()
    assert asyncio.run(main()) is not main_loop.get()
    assert asyncio._get_running_loop() is before


def test_run_inside_a_task_of_the_workers_loop():
    async def inner():
        await asyncio.sleep(0.005)
        return asyncio.current_task().get_name()

    async def outer():
        me = asyncio.current_task()
        name = asyncio.run(inner())
        return name != me.get_name() and asyncio.current_task() is me

    assert on_main_loop(outer()) is True


def on_main_loop(coroutine):
    """Waits for a coroutine on the worker's loop from a thread."""
    return in_thread(
        lambda: asyncio.run_coroutine_threadsafe(coroutine, main_loop.get()).result(10)
    )


def test_tasks_of_a_thread_run_side_by_side():
    async def work(delay, began):
        # All of them count from one moment, however long each takes to begin.
        loop = asyncio.get_running_loop()
        woken = loop.create_future()
        loop.call_at(began + delay, woken.set_result, None)
        await woken
        order.append(delay)
        return threading.current_thread()

    async def main():
        began = asyncio.get_running_loop().time()
        return await asyncio.gather(*(work(delay, began) for delay in (0.03, 0.01, 0.02)))

    order = []
    threads = in_thread(lambda: asyncio.run(main()))
    assert order == [0.01, 0.02, 0.03]
    assert len(set(threads)) == 1
    assert threads[0] is not threading.main_thread()


def test_two_threads_with_a_loop_each():
    async def main(name):
        for number in range(3):
            steps.append((name, number, asyncio.current_task().get_name() == name))
            await asyncio.sleep(0.01)

    def body(name):
        with asyncio.Runner() as runner:
            runner.get_loop().set_task_factory(
                lambda loop, coro, **k: asyncio.Task(coro, loop=loop, **{**k, "name": name})
            )
            runner.run(main(name))

    steps = []
    threads = [threading.Thread(target=body, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(steps) == [(name, number, True) for name in "ab" for number in range(3)]


def test_thread_has_no_running_loop():
    with pytest.raises(RuntimeError, match="no running event loop"):
        in_thread(asyncio.get_running_loop)


def test_thread_has_no_current_loop_until_it_sets_one():
    with pytest.raises(RuntimeError, match="no current event loop"):
        in_thread(lambda: asyncio.get_event_loop())

    def body():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            return asyncio.get_event_loop() is loop, loop.run_until_complete(
                asyncio.sleep(0.001, "slept")
            )
        finally:
            loop.close()

    assert in_thread(body) == (True, "slept")
    with pytest.raises(RuntimeError, match="no current event loop"):
        in_thread(lambda: asyncio.get_event_loop())


def test_new_loop_leaves_the_running_one_alone():
    async def main():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.close()
        return asyncio.get_running_loop() is asyncio.get_event_loop() is main_loop.get()

    assert on_main_loop(main()) is True


def test_exception_comes_out_of_run():
    async def main():
        await asyncio.sleep(0)
        raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        in_thread(lambda: asyncio.run(main()))


def test_run_cancels_what_is_left_and_closes_generators():
    ended = []

    async def background():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("task")
            raise

    async def generate():
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            ended.append("generator")

    async def main():
        task = asyncio.create_task(background())
        async for _ in generate():
            break
        await asyncio.sleep(0.001)
        return task

    task = in_thread(lambda: asyncio.run(main()))
    assert task.cancelled()
    assert sorted(ended) == ["generator", "task"]


def test_timeout_in_a_threads_loop():
    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.sleep(60)
        return "late"

    assert in_thread(lambda: asyncio.run(main())) == "late"


def test_to_thread_gives_work_a_thread_and_the_context():
    async def main():
        me = threading.current_thread()
        other = await asyncio.to_thread(threading.current_thread)
        return me, other

    me, other = on_main_loop(main())
    assert me is threading.main_thread()
    assert other.name.startswith("asyncio_")


def test_to_thread_does_not_stop_the_loop():
    async def main():
        ticks = []

        async def tick():
            for number in range(3):
                ticks.append(number)
                await asyncio.sleep(0.001)

        await asyncio.gather(asyncio.to_thread(time.sleep, 0.05), tick())
        return ticks

    assert on_main_loop(main()) == [0, 1, 2]
    assert in_thread(lambda: asyncio.run(main())) == [0, 1, 2]


def test_run_in_executor_with_a_pool_of_ones_own():
    from concurrent.futures import ThreadPoolExecutor

    async def main():
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="own") as pool:
            name = await loop.run_in_executor(pool, lambda: threading.current_thread().name)
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, lambda: 1 / 0)
        return name

    assert on_main_loop(main()).startswith("own_")


def test_coroutine_on_the_workers_loop_from_a_thread():
    async def work():
        await asyncio.sleep(0.005)
        return threading.current_thread() is threading.main_thread()

    assert on_main_loop(work()) is True


def test_call_soon_threadsafe_from_a_thread():
    called = threading.Event()
    thread = threading.Thread(
        target=lambda: main_loop.get().call_soon_threadsafe(called.set), daemon=True
    )
    thread.start()
    assert called.wait(5)


def test_thread_wakes_the_loop_of_another():
    async def main():
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(event.set))
        thread.start()
        await event.wait()
        thread.join()
        return "woken"

    assert in_thread(lambda: asyncio.run(main())) == "woken"


def test_thread_waits_for_the_loop_of_another():
    async def main():
        loop = asyncio.get_running_loop()

        async def answer():
            await asyncio.sleep(0.005)
            return threading.current_thread() is me

        def ask():
            return asyncio.run_coroutine_threadsafe(answer(), loop).result(10)

        me = threading.current_thread()
        return await asyncio.to_thread(ask)

    assert in_thread(lambda: asyncio.run(main())) is True


@pytest.mark.suspending
def test_current_task_is_right_across_suspended_tasks():
    async def work(number):
        me = asyncio.current_task()
        for _ in range(3):
            time.sleep(0.001 * (number % 3))
            right.append(asyncio.current_task() is me)
            await asyncio.sleep(0)

    async def main():
        await asyncio.gather(*map(work, range(10)))

    right = []
    on_main_loop(main())
    assert right == [True] * 30


@pytest.mark.suspending
def test_blocking_in_one_task_lets_the_workers_loop_go_on():
    async def block():
        time.sleep(0.05)
        order.append("blocked")

    async def tick():
        await asyncio.sleep(0.005)
        order.append("ticked")

    async def main():
        await asyncio.gather(block(), tick())

    order = []
    on_main_loop(main())
    assert order == ["ticked", "blocked"]


@pytest.mark.suspending
def test_promise_of_javascript_in_a_threads_loop():
    from js import Promise
    from pyodide.ffi import run_sync

    async def main():
        awaited = await Promise.resolve(1)
        waited = run_sync(Promise.resolve(2))
        chained = await Promise.resolve(2).then(lambda value: value + 1)
        return awaited, waited, chained

    assert in_thread(lambda: asyncio.run(main())) == (1, 2, 3)


@pytest.mark.suspending
def test_promise_of_javascript_in_a_thread():
    from js import Promise
    from pyodide.ffi import run_sync

    async def later():
        await asyncio.sleep(0.001)
        return 4

    def body():
        promise = Promise.resolve(2).then(lambda value: value + 1)
        return run_sync(Promise.resolve(1)), run_sync(promise), run_sync(later())

    assert in_thread(body) == (1, 3, 4)


@pytest.mark.suspending
def test_busy_loop_of_a_thread_lets_others_run(run):
    async def main():
        while not done:
            await asyncio.sleep(0)
        return "seen"

    done = []
    run(lambda: (time.sleep(0.01), done.append(1)))
    assert in_thread(lambda: asyncio.run(main())) == "seen"


def test_time_that_is_past_means_at_once():
    async def main():
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        loop.call_at(loop.time() - 1, event.set)
        await event.wait()
        return "called"

    assert on_main_loop(main()) == "called"
