"""Waiting where no stack can be suspended: the code that waits drives the main loop from inside.

Thread bodies, timers and callbacks that are due run nested in the wait, on top of its stack. So a body
runs to its end in one go, and what only JavaScript could bring about can never happen during a wait.
"""

import asyncio
import contextvars
import itertools
import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, Protocol

from pyodide.webloop import WebLoop

from . import main_loop
from .host import host
from .threads.identity import MAIN, acting_as

PATIENCE = 60.0
"""Seconds that a wait without a time limit spends idle before it counts as a deadlock."""

_QUIET = 0.03
"""Seconds: longer than frameworks collect messages before they send them."""

_SETTLING = 1.0
"""Seconds after which it is no use to wait for quiet any longer."""

_enabled = False
_keys = itertools.count()
_scheduled: dict[int, _Scheduled] = {}
_resting: list[RestingLoop] = []
_tidy_above = 256
_call_later: Callable[..., asyncio.Handle] = WebLoop.call_later


class RestingLoop(Protocol):
    """A loop further down the stack that waits for something to do."""

    def due(self) -> float:
        """The time at which it has something to do; infinity if it never has."""

    def turn(self) -> None:
        """Does what it has to do now."""


class _Scheduled(NamedTuple):
    when: float
    handle: asyncio.Handle
    begins_thread: bool


def enable(on: bool) -> None:
    """Says whether waits are made this way from now on."""
    global _enabled
    _enabled = on


def enabled() -> bool:
    """True in browsers without stack switching, and where a test asks for it."""
    return _enabled


def call_later(
    loop: WebLoop,
    delay: float,
    callback: Callable[..., Any],
    *args: Any,
    context: contextvars.Context | None = None,
) -> asyncio.Handle:
    """Stands in for `WebLoop.call_later`: keeps what is scheduled, so that a wait can run it early.

    A time that is past means at once, as on CPython's loops; Pyodide's would raise.
    """
    delay = max(0, delay)
    if not _enabled or delay == math.inf:
        return _call_later(loop, delay, callback, *args, context=context)
    key = next(_keys)

    def once() -> None:
        if _scheduled.pop(key, None) is not None:
            callback(*args)

    handle = _call_later(loop, delay, once, context=context)
    begins_thread = getattr(callback, "begins_thread", False)
    _scheduled[key] = _Scheduled(time.monotonic() + delay, handle, begins_thread)
    _tidy()
    return handle


def drive(
    done: Callable[[], bool],
    timeout: float | None,
    loop: RestingLoop | None = None,
    threads: bool = True,
) -> None:
    """Runs what is due until `done` is true or `timeout` seconds have passed.

    `loop` is the loop that waits, if one does: waits inside may give it turns. Without `threads`, bodies
    of threads that have not begun are left alone. Raises RuntimeError when there is no time limit and
    nothing left that could change anything.
    """
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    below = list(_resting)
    idle = 0.0
    if loop is not None:
        _resting.append(loop)
    try:
        while not done():
            now = time.monotonic()
            when, act = _next(below, threads)
            if when <= min(now, deadline):
                act()
                continue
            if now >= deadline:
                return
            until = min(when, deadline)
            if until == math.inf or (timeout is None and idle > PATIENCE):
                raise RuntimeError(_deadlock())
            host().sleep_sync((until - now) * 1000)
            idle += until - now
    finally:
        if loop is not None:
            _resting.remove(loop)


def settle() -> None:
    """Runs what is due until nothing is for a while, so that what the app has drawn so far goes out."""

    def quiet() -> bool:
        return _next(list(_resting), threads=False)[0] > time.monotonic() + _QUIET

    drive(quiet, _SETTLING, threads=False)


def _next(below: list[RestingLoop], threads: bool) -> tuple[float, Callable[[], object]]:
    """What is due first, and when; of what is due at the same time, what was scheduled first."""
    _tidy(always=True)
    first: tuple[float, Callable[[], object]] = (math.inf, lambda: None)
    for when, handle, begins_thread in _scheduled.values():
        if when < first[0] and (threads or not begins_thread):
            first = (when, partial(_run, handle))
    for loop in below:
        if (when := loop.due()) < first[0]:
            first = (when, loop.turn)
    return first


def _tidy(always: bool = False) -> None:
    """Forgets cancelled handles, whose callbacks never come to do it themselves."""
    global _tidy_above
    if always or len(_scheduled) > _tidy_above:
        for key, scheduled in list(_scheduled.items()):
            if scheduled.handle.cancelled():
                del _scheduled[key]
        _tidy_above = max(256, 2 * len(_scheduled))


def _run(handle: asyncio.Handle) -> None:
    """Runs a callback of the main loop as if the loop had: without the current task, as main thread."""
    with main_loop.set_aside(asyncio._get_running_loop()), acting_as(MAIN):
        asyncio._set_running_loop(main_loop.get())
        handle._run()


def _deadlock() -> str:
    if _enabled:
        return (
            "This would wait for ever: this browser cannot suspend WebAssembly, so nothing that comes "
            "from outside (another event, the network, a visitor's click) can arrive while Python "
            "waits, and no thread is left that could end the wait. Chrome, Edge and Firefox in their "
            "current versions can run this app."
        )
    return (
        "This would wait for ever: it was called straight from JavaScript, where Python cannot be "
        "suspended. Wait in a thread or in a coroutine instead."
    )
