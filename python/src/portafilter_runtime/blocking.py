"""The one place that decides how Python waits.

Where WebAssembly stacks can be switched, the waiting stack is suspended and everything else goes on.
Where they cannot, the code that waits drives the event loop itself (`inline`), and blocks the worker
when nothing is due.
"""

import asyncio
import inspect
import math
import operator
import sys
import time
from collections.abc import Awaitable
from contextlib import nullcontext
from types import FrameType
from typing import Any, cast

import pyodide.ffi
from pyodide.webloop import PyodideFuture

from . import collector, inline, main_loop
from .host import host
from .threads.identity import MAIN, acting_as, get_ident

_can_run_sync = pyodide.ffi.can_run_sync
_run_sync = pyodide.ffi.run_sync

_slept_last = (0, 0, 0)
_LONGEST_TIMER = 2**31 - 1
"""Milliseconds; JavaScript timers take a signed 32-bit number."""


def configure() -> None:
    """Finds out how this browser waits. Must be called before any code of the app runs."""
    from js import WebAssembly

    inline.enable(on=bool(host().force_sync) or not hasattr(WebAssembly, "Suspending"))


def can_suspend() -> bool:
    """True if the running stack can be suspended right here."""
    return not inline.enabled() and bool(_can_run_sync())


def run_sync[T](awaitable: Awaitable[T]) -> T:
    """Waits for a promise, future or coroutine by suspending the running stack.

    A coroutine becomes a task of the main loop, which goes on while this stack is suspended. Raises
    RuntimeError where the stack cannot be suspended.
    """
    if not can_suspend():
        if inspect.iscoroutine(awaitable):
            awaitable.close()
        raise RuntimeError("Cannot wait here: this stack cannot be suspended.")
    if isinstance(awaitable, StackFuture):
        return cast(T, awaitable.wait_here())
    if not isinstance(awaitable, asyncio.Future | pyodide.ffi.JsProxy):
        awaitable = main_loop.get().create_task(_awaited(awaitable))
    return cast(T, _suspend(awaitable))


async def _awaited[T](awaitable: Awaitable[T]) -> T:
    return await awaitable


def _suspend(awaitable: Any) -> Any:
    """Pyodide resumes the stack by way of the running loop; one that runs on this very stack never would."""
    outer = asyncio._get_running_loop()
    aside = outer is not None and outer is not main_loop.get()
    with main_loop.set_aside(outer) if aside else nullcontext(), acting_as(MAIN):
        collector.suspending()
        try:
            return _run_sync(awaitable)
        finally:
            collector.resumed()


class Waiter:
    """One wait of one stack, which any other code may end."""

    __slots__ = ("_resolve", "woken")

    def __init__(self) -> None:
        self.woken = False
        self._resolve: Any = None

    def wake(self) -> None:
        """Ends the wait, also one that has not begun."""
        self.woken = True
        if self._resolve is not None:
            self._resolve()

    def wait(self, timeout: float | None = None, loop: inline.RestingLoop | None = None) -> bool:
        """Waits to be woken, at most `timeout` seconds. Returns whether that happened.

        `loop` is the event loop that waits, if one does. Raises RuntimeError where the stack cannot be suspended and nothing is left that could wake it.
        """
        if not self.woken and (timeout is None or timeout > 0):
            if can_suspend():
                self._wait_suspended(timeout)
            else:
                inline.drive(lambda: self.woken, timeout, loop)
        return self.woken

    def _wait_suspended(self, timeout: float | None) -> None:
        import js

        capability = js.Promise.withResolvers()
        self._resolve = capability.resolve
        timer = None
        if timeout is not None:
            timer = js.setTimeout(self._resolve, min(math.ceil(timeout * 1000), _LONGEST_TIMER))
        try:
            _suspend(capability.promise)
        finally:
            self._resolve = None
            if timer is not None:
                js.clearTimeout(timer)


class Answer(asyncio.Future[str]):
    """A future that a stack waits for with `run_sync`, and that JavaScript settles.

    It tells so at once: by way of the loop, the stack would wait for all that the loop has to do first.
    """

    _tell: Any = None

    def __init__(self) -> None:
        super().__init__(loop=main_loop.get())

    def add_done_callback(self, fn: Any, *, context: Any = None) -> None:
        """Takes the one callback of `run_sync`."""
        self._tell = fn
        if self.done():
            fn(self)

    def settle(self, result: str) -> None:
        """Ends the wait with a result."""
        self.set_result(result)
        if self._tell is not None:
            self._tell(self)


class StackFuture(PyodideFuture[Any]):  # type: ignore[misc]
    """A future of a loop that runs on the stack of a thread.

    Code on that stack may wait for it with `run_sync`: the loop stands still then, so the news cannot
    come by way of its callbacks.
    """

    _waiter: Waiter | None = None

    def wait_here(self) -> Any:
        """Waits until it is done. Returns its result or raises its exception."""
        if not self.done():
            self._waiter = Waiter()
            self._waiter.wait()
        return self.result()

    def set_result(self, result: Any) -> None:
        """Ends every wait with a result."""
        super().set_result(result)
        self._done_here()

    def set_exception(self, exception: type | BaseException) -> None:
        """Ends every wait with an exception."""
        super().set_exception(exception)
        self._done_here()

    def cancel(self, msg: Any = None) -> bool:
        """Ends every wait with a cancellation."""
        cancelled: bool = super().cancel(msg)
        self._done_here()
        return cancelled

    def _done_here(self) -> None:
        if self._waiter is not None:
            self._waiter.wake()


def sleep(seconds: float, /) -> None:
    """Stands in for `time.sleep`. Lets others run, even for zero seconds."""
    if not isinstance(seconds, int | float):
        seconds = operator.index(seconds)
    if math.isnan(seconds):
        raise ValueError("Invalid value NaN (not a number)")
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    end = time.monotonic() + seconds
    if can_suspend():
        while True:
            Waiter()._wait_suspended(max(0, end - time.monotonic()))
            if time.monotonic() >= end:
                return
    inline.drive(lambda: False, seconds, threads=_is_polling(sys._getframe(1)))


def _is_polling(frame: FrameType) -> bool:
    """True if the running thread has slept at the same place last.

    Only then may a sleep begin threads. A loop that polls waits for them; but whoever sleeps once may
    hold a lock, on which a thread that runs on top of it would wait in vain.
    """
    global _slept_last
    here = (get_ident(), id(frame), frame.f_lasti)
    before, _slept_last = _slept_last, here
    return before == here
