"""Starting and joining: a thread is a callback of the main loop with a stack of its own.

It never runs inside an asyncio task. As in CPython, its body finds no running event loop.
"""

import asyncio
import contextvars
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from .. import main_loop
from ..blocking import Waiter
from .identity import acting_as, get_ident, new_ident
from .local import forget_thread


class ThreadHandle:
    """What `threading.Thread` keeps of a started thread; stands in for `_thread._ThreadHandle`."""

    __slots__ = ("__weakref__", "_done", "_waiters", "ident")

    def __init__(self, ident: int = 0) -> None:
        self.ident = ident
        self._done = False
        self._waiters: list[Waiter] = []

    def is_done(self) -> bool:
        """True once the body has ended."""
        return self._done

    def join(self, timeout: float | None = None) -> None:
        """Waits until the body has ended, at most `timeout` seconds."""
        if self._done or (timeout is not None and timeout <= 0):
            return
        if self.ident == get_ident():
            raise RuntimeError("Cannot join current thread")
        waiter = Waiter()
        self._waiters.append(waiter)
        try:
            waiter.wait(timeout)
        finally:
            if not waiter.woken:
                self._waiters.remove(waiter)

    def _set_done(self) -> None:
        self._done = True
        for waiter in self._waiters:
            waiter.wake()
        self._waiters.clear()


def start_joinable_thread(
    function: Callable[[], object], handle: ThreadHandle | None = None, daemon: bool = True
) -> ThreadHandle:
    """Stands in for `_thread.start_joinable_thread`. Never waits: the body begins in a later turn.

    All threads end with the worker, so `daemon` makes no difference.
    """
    handle = handle or ThreadHandle()
    prepare(function, handle)
    schedule(function, handle, delay=0)
    return handle


def start_new_thread(
    function: Callable[..., object],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any] | None = None,
    /,
) -> int:
    """Stands in for `_thread.start_new_thread`. Returns the thread's identity."""
    if not callable(function):
        raise TypeError("first arg must be callable")
    if not isinstance(args, tuple):
        raise TypeError("2nd arg must be a tuple")
    named = dict(kwargs or {})
    return start_joinable_thread(lambda: function(*args, **named)).ident


def prepare(function: Callable[[], object], handle: ThreadHandle) -> None:
    """Gives the thread its identity before its body begins, so that `Thread.start` need not wait."""
    handle.ident = new_ident()
    thread = getattr(function, "__self__", None)
    if isinstance(thread, threading.Thread):
        thread._ident = handle.ident  # type: ignore[attr-defined]
        thread._started.set()  # type: ignore[attr-defined]


def schedule(function: Callable[[], object], handle: ThreadHandle, delay: float) -> asyncio.Handle:
    """Lets the main loop run the body in `delay` seconds, in a context of its own."""
    return main_loop.get().call_later(
        delay, _run_body, function, handle, context=contextvars.Context()
    )


def _run_body(function: Callable[[], object], handle: ThreadHandle) -> None:
    try:
        with main_loop.set_aside(asyncio._get_running_loop()), acting_as(handle.ident):
            function()
    except SystemExit:
        pass
    except BaseException:
        print(f"Exception ignored in thread started by {function!r}:", file=sys.stderr)
        traceback.print_exc()
    finally:
        threading._active.pop(handle.ident, None)  # type: ignore[attr-defined]
        forget_thread(handle.ident)
        handle._set_done()


_run_body.begins_thread = True  # type: ignore[attr-defined]
