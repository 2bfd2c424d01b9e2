"""The event loop of the worker: Pyodide's, on which all of the platform's own work runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_loop = asyncio.events._get_event_loop_policy().get_event_loop()
_swap_task: Any = vars(asyncio.tasks)["_swap_current_task"]


def get() -> asyncio.AbstractEventLoop:
    """Returns the loop of the main thread, from wherever it is called."""
    return _loop


@contextmanager
def set_aside(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    """Hides the running loop and its current task, so that no loop seems to run inside."""
    task = None if loop is None else _swap_task(loop, None)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
        if loop is not None:
            _swap_task(loop, task)
