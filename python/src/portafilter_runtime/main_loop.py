"""The event loop of the worker: Pyodide's, on which all of the platform's own work runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

_loop = cast(asyncio.AbstractEventLoop, asyncio.events._get_event_loop_policy().get_event_loop())


def get() -> asyncio.AbstractEventLoop:
    """Returns the loop of the main thread, from wherever it is called."""
    return _loop


@contextmanager
def set_aside(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    """Hides the running loop and its current task, so that no loop seems to run inside."""
    task = None if loop is None else asyncio.tasks._swap_current_task(loop, None)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
        if loop is not None:
            asyncio.tasks._swap_current_task(loop, task)
