"""A lock that suspends the stack that waits for it. CPython's own Condition, Event, Semaphore, Barrier
and queues are pure Python and stand on it."""

from collections import deque
from types import TracebackType
from typing import Never

from ..blocking import Waiter

TIMEOUT_MAX = 4294967.0
"""Seconds; longer waits are refused, as CPython does."""


class Lock:
    """Stands in for `threading.Lock`. Ownership is handed to those that wait in their order."""

    __slots__ = ("__weakref__", "_locked", "_waiters")

    def __init__(self) -> None:
        self._locked = False
        self._waiters: deque[Waiter] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Takes the lock, waiting for it as long as the arguments allow. Returns whether it has it."""
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if timeout > TIMEOUT_MAX:
            raise OverflowError("timeout value is too large")
        if not self._locked:
            self._locked = True
            return True
        if not blocking:
            return False
        waiter = Waiter()
        self._waiters.append(waiter)
        try:
            waiter.wait(None if timeout == -1 else timeout)
        finally:
            if not waiter.woken:
                self._waiters.remove(waiter)
        return waiter.woken

    def release(self) -> None:
        """Gives the lock to the first that waits, or back."""
        if not self._locked:
            raise RuntimeError("release unlocked lock")
        if self._waiters:
            self._waiters.popleft().wake()
        else:
            self._locked = False

    def locked(self) -> bool:
        """True while anyone has it."""
        return self._locked

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    acquire_lock = acquire
    release_lock = release
    locked_lock = locked

    def _at_fork_reinit(self) -> None:
        self._locked = False
        self._waiters.clear()

    def __reduce__(self) -> Never:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")

    def __repr__(self) -> str:
        state = "locked" if self._locked else "unlocked"
        return f"<{state} portafilter_runtime.threads.Lock object at {id(self):#x}>"
