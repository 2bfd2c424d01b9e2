"""Event loops of threads: `asyncio.run` in a thread gets a loop that runs on that thread's own stack."""

import asyncio
import contextvars
import math
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pyodide.webloop import WebLoopPolicy, _orig_run

from .. import blocking, main_loop
from .identity import MAIN, acting_as, get_ident
from .local import local

_TURN = 0.02
"""Seconds that a loop with work to do keeps the processor before others get a turn."""

_of_thread = local()


class ThreadLoop(asyncio.BaseEventLoop):
    """A loop that runs to completion on the stack that called it, and waits by suspending that stack.

    It knows no sockets and no processes. Callbacks may be added from anywhere at any time, with or
    without `call_soon_threadsafe`: promises of JavaScript do it without.
    """

    # Parts of BaseEventLoop that are not in its published types.
    _ready: Sequence[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _thread_id: int | None
    _run_once: Callable[[], None]

    def __init__(self) -> None:
        super().__init__()
        self._selector = self
        self._rest: blocking.Waiter | None = None
        self._rested = time.monotonic()
        self._in_turn = False

    def select(self, timeout: float | None) -> list[Any]:
        """Rests until there is something to do; `BaseEventLoop` calls it as it would a selector."""
        if self._in_turn:
            return []
        if timeout is None or timeout > 0:
            self._rest = blocking.Waiter()
            try:
                self._rest.wait(timeout, self)
            finally:
                self._rest = None
        elif time.monotonic() - self._rested > _TURN and blocking.can_suspend():
            blocking.sleep(0)
        else:
            return []
        self._rested = time.monotonic()
        return []

    def due(self) -> float:
        """When there is something to do; part of `inline.RestingLoop`."""
        if self._ready:
            return 0
        return self._scheduled[0].when() if self._scheduled else math.inf

    def turn(self) -> None:
        """Does what there is to do from inside a wait further up the stack that rests on this one."""
        ident = self._thread_id or MAIN
        with main_loop.set_aside(asyncio._get_running_loop()), acting_as(ident):
            asyncio._set_running_loop(self)
            self._in_turn = True
            try:
                self._run_once()
            finally:
                self._in_turn = False

    def run_forever(self) -> None:
        """Runs until stopped, also where the worker's loop is running already."""
        with standing_aside():
            super().run_forever()

    def run_until_complete(self, future: Any) -> Any:
        """Runs until the future is done, also where the worker's loop is running already."""
        with standing_aside():
            return super().run_until_complete(future)

    def create_future(self) -> asyncio.Future[Any]:
        """Makes a future that JavaScript's promises can stand behind."""
        return blocking.StackFuture(loop=self)

    def call_at[*Ts](
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Schedules a callback, and lets the loop compute anew how long it may rest."""
        handle = super().call_at(when, callback, *args, context=context)
        self._write_to_self()
        return handle

    def _call_soon(self, *args: Any) -> asyncio.Handle:
        handle: asyncio.Handle = super()._call_soon(*args)  # type: ignore[misc]
        self._write_to_self()
        return handle

    def _write_to_self(self) -> None:
        if self._rest is not None:
            self._rest.wake()

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""


@contextmanager
def standing_aside() -> Iterator[None]:
    """Lets the code inside run a loop of its own where the worker's loop, or one of its tasks, is running.

    CPython forbids that because the outer loop would stand still. Here it goes on, or is driven from
    inside the wait.
    """
    outer = asyncio._get_running_loop()
    if outer is not main_loop.get():
        yield
        return
    with main_loop.set_aside(outer):
        yield


def run[T](main: Coroutine[Any, Any, T], **options: Any) -> T:
    """Stands in for `asyncio.run`."""
    with standing_aside():
        return _orig_run(main, **options)  # type: ignore[no-any-return]


def get_event_loop() -> asyncio.AbstractEventLoop:
    """Stands in for `asyncio.get_event_loop`: raises RuntimeError in a thread that has no loop."""
    running = asyncio._get_running_loop()
    if running is not None:
        return running
    if get_ident() == MAIN:
        return main_loop.get()
    # Pyodide's own C code asks too, for each promise that JavaScript returns. What it makes of it must
    # belong to a loop that runs.
    if "get_event_loop" not in sys._getframe(1).f_code.co_names:
        return main_loop.get()
    own: asyncio.AbstractEventLoop | None = getattr(_of_thread, "loop", None)
    if own is None:
        name = threading.current_thread().name
        raise RuntimeError(f"There is no current event loop in thread {name!r}.")
    return own


class Policy(WebLoopPolicy):  # type: ignore[misc]
    """One loop per thread, as CPython has it; the main thread's is the worker's and stays so."""

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        """Returns a loop that runs, for the futures that Pyodide makes without naming one."""
        return asyncio._get_running_loop() or main_loop.get()

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """Makes a loop, which is not the current one before `set_event_loop`."""
        return ThreadLoop()

    def set_event_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Sets the loop of the running thread."""
        if get_ident() != MAIN:
            _of_thread.loop = loop
