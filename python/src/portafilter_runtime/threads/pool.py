"""Pools whose idle workers hold no stack: a worker lives as long as there is work queued, no longer."""

import asyncio
import queue
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor, _base
from typing import Any

_shutdown = ThreadPoolExecutor.shutdown


def work_until_empty(
    executor: weakref.ref[Any], context: Any, items: queue.SimpleQueue[Any]
) -> None:
    """Body of a pool's thread."""
    try:
        context.initialize()
    except BaseException:
        _base.LOGGER.critical("Exception in initializer:", exc_info=True)
        _leave(executor)
        if (pool := executor()) is not None:
            pool._initializer_failed()
        return
    try:
        while True:
            try:
                item = items.get_nowait()
            except queue.Empty:
                return
            # None is a wake-up call for workers that wait; here none does.
            if item is not None:
                item.run(context)
                del item
    finally:
        # Before anything that may wait: work that is queued from here on needs another worker.
        _leave(executor)
        context.finalize()


def _leave(executor: weakref.ref[Any]) -> None:
    if (pool := executor()) is not None:
        pool._threads.discard(threading.current_thread())


def adjust_thread_count(self: Any) -> None:
    """Stands in for the pool's own: starts a worker for new work if the pool may have another."""
    busy = len(self._threads)
    if busy >= self._max_workers:
        return
    thread = threading.Thread(
        name=f"{self._thread_name_prefix or self}_{busy}",
        target=work_until_empty,
        args=(weakref.ref(self), self._create_worker_context(), self._work_queue),
    )
    thread.start()
    self._threads.add(thread)


def shutdown(self: Any, wait: bool = True, *, cancel_futures: bool = False) -> None:
    """Stands in for the pool's own, whose set of threads does not change while it waits for them."""
    _shutdown(self, wait=False, cancel_futures=cancel_futures)
    if wait:
        for thread in list(self._threads):
            thread.join()


def run_in_executor(
    loop: Any, executor: Executor | None, function: Callable[..., Any], *args: Any
) -> asyncio.Future[Any]:
    """Stands in for `WebLoop.run_in_executor`, which would call the function at once, on the loop."""
    if executor is None:
        executor = getattr(loop, "_portafilter_executor", None)
        if executor is None:
            executor = ThreadPoolExecutor(thread_name_prefix="asyncio")
            set_default_executor(loop, executor)
    return asyncio.wrap_future(executor.submit(function, *args), loop=loop)


def set_default_executor(loop: Any, executor: Executor) -> None:
    """Stands in for `WebLoop.set_default_executor`, which ignores it."""
    loop._portafilter_executor = executor
