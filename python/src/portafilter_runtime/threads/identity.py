"""Who is running: the identity of the emulated thread whose code is on the processor.

It is a plain variable, not a context variable: contexts are copied into callbacks and tasks, which would
then take themselves for the thread that scheduled them. Whoever starts or suspends a stack keeps it right.
"""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MAIN = threading.main_thread().ident or 0
"""Identity of everything that runs on the event loop and is not a thread's body."""

_current = MAIN
_numbers = itertools.count(1)


def get_ident() -> int:
    """Returns the identity of the running thread; stands in for `threading.get_ident`."""
    return _current


def new_ident() -> int:
    """Returns an identity that no thread has had yet."""
    return next(_numbers)


@contextmanager
def acting_as(ident: int) -> Iterator[None]:
    """Gives the code inside an identity, and the one before it back afterwards."""
    global _current
    before, _current = _current, ident
    try:
        yield
    finally:
        _current = before
