"""`threading.Timer` without a stack: until it is due it is only a callback of the main loop."""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .start import prepare, schedule


class Timer(threading.Thread):
    """Stands in for `threading.Timer`. A subclass with a `run` of its own starts at once, as a thread."""

    def __init__(
        self,
        interval: float,
        function: Callable[..., object],
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.interval = interval
        self.function = function
        self.args = args if args is not None else []
        self.kwargs = kwargs if kwargs is not None else {}
        self.finished = threading.Event()
        self._due: asyncio.Handle | None = None

    def start(self) -> None:
        """Starts the clock."""
        if type(self).run is not Timer.run:
            super().start()
            return
        if self._started.is_set():  # type: ignore[attr-defined]
            raise RuntimeError("threads can only be started once")
        threading._limbo[self] = self  # type: ignore[attr-defined]
        body, handle = self._bootstrap, self._os_thread_handle  # type: ignore[attr-defined]
        self._context = contextvars.Context()
        prepare(body, handle)
        delay = 0 if self.finished.is_set() else max(0, self.interval)
        self._due = schedule(body, handle, delay)

    def cancel(self) -> None:
        """Stops the timer if it has not begun its action yet."""
        self.finished.set()
        if self._due is not None:
            self._due.cancel()
            self._due = None
            threading._limbo.pop(self, None)  # type: ignore[attr-defined]
            self._os_thread_handle._set_done()  # type: ignore[attr-defined]

    def run(self) -> None:
        """Does what the timer is for, once its time has come."""
        if self._due is None:
            self.finished.wait(self.interval)
        self._due = None
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()
