"""anyio's worker threads without idle stacks: a worker has a stack only while it has work."""

import threading
from collections import deque
from typing import Any


class Inbox:
    """Takes the place of a worker's queue, on which the worker would wait."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._items: deque[Any] = deque()

    def put_nowait(self, item: Any) -> None:
        """Takes work and has it done; None, the sign to stop, finds nobody waiting."""
        if item is not None:
            self._items.append(item)
            threading.Thread(target=self._worker.run, name=self._worker.name).start()

    def get(self) -> Any:
        """Returns the work at hand, or None: the worker's loop takes that as the sign to stop."""
        return self._items.popleft() if self._items else None

    def task_done(self) -> None:
        """Nobody counts."""


def adapt(module: Any) -> None:
    """Changes the workers of `anyio._backends._asyncio`."""

    class WorkerThread(module.WorkerThread):  # type: ignore[misc]
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.queue = Inbox(self)

        def start(self) -> None:
            """A stack is started with each piece of work."""

    module.WorkerThread = WorkerThread
