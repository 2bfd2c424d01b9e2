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
from typing import Any

from pyodide.webloop import WebLoop

from . import main_loop
from .host import host
from .threads.identity import MAIN, acting_as

PATIENCE = 60.0
"""Seconds that a wait without a time limit spends idle before it counts as a deadlock."""

_enabled = False
_keys = itertools.count()
_scheduled: dict[int, tuple[float, asyncio.Handle]] = {}
_tidy_above = 256
_call_later = WebLoop.call_later


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
    """Stands in for `WebLoop.call_later`: keeps what is scheduled, so that a wait can run it early."""
    if not _enabled or delay == math.inf:
        return _call_later(loop, delay, callback, *args, context=context)
    key = next(_keys)

    def once() -> None:
        if _scheduled.pop(key, None) is not None:
            callback(*args)

    handle = _call_later(loop, delay, once, context=context)
    _scheduled[key] = (time.monotonic() + delay, handle)
    _tidy()
    return handle


def drive(done: Callable[[], bool], timeout: float | None) -> None:
    """Runs what is due until `done` is true or `timeout` seconds have passed.

    Raises RuntimeError when there is no time limit and nothing left that could change anything.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    idle = 0.0
    while not done():
        now = time.monotonic()
        if deadline is not None and now >= deadline:
            return
        when, handle = _next()
        if handle is not None and when <= now:
            _run(handle)
            continue
        until = when if deadline is None else min(when, deadline)
        if until == math.inf or (deadline is None and idle > PATIENCE):
            raise RuntimeError(_deadlock())
        host().sleep_sync((until - now) * 1000)
        idle += until - now


def _next() -> tuple[float, asyncio.Handle | None]:
    """The handle that is due first; those due at the same time in the order of their making."""
    _tidy(always=True)
    first: tuple[float, asyncio.Handle | None] = (math.inf, None)
    for scheduled in _scheduled.values():
        if scheduled[0] < first[0]:
            first = scheduled
    return first


def _tidy(always: bool = False) -> None:
    """Forgets cancelled handles, whose callbacks never come to do it themselves."""
    global _tidy_above
    if always or len(_scheduled) > _tidy_above:
        for key, (_, handle) in list(_scheduled.items()):
            if handle.cancelled():
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
