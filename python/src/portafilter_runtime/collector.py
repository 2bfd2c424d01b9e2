"""Keeps CPython's automatic garbage collection away from suspended stacks.

An increment of CPython 3.14's collector walks the frames of every thread state. Links between those frames
lie on the C stack, and Pyodide moves the C stack of a suspended stack out of memory when an older stack is
resumed: the walk then follows garbage, and the interpreter dies ("table index is out of bounds"). Any code
that allocates enough can set it off; importing a large package reliably does. Collecting the young or the
whole generation does not walk frames and is safe.
"""

import gc

_MANY = 20_000
"""Objects allocated since the last collection that make another one due."""
_YOUNG_ONLY = 8
"""Collections of the young generation before one of everything."""

_collect = gc.collect
_disable = gc.disable
_enable = gc.enable

_suspended = 0
_wanted = gc.isenabled()
_runs = 0


def suspending() -> None:
    """A stack is about to be suspended: from here on nothing is collected on its own."""
    global _suspended
    _suspended += 1
    _disable()
    _collect_if_due()


def resumed() -> None:
    """A stack has been resumed. With none left suspended, all is as usual."""
    global _suspended
    _suspended -= 1
    if _suspended:
        _collect_if_due()
    elif _wanted:
        _enable()


def _collect_if_due() -> None:
    global _runs
    if _wanted and gc.get_count()[0] > _MANY:
        _runs += 1
        _collect(2 if _runs % _YOUNG_ONLY == 0 else 0)


def enable() -> None:
    """Stands in for `gc.enable`."""
    global _wanted
    _wanted = True
    if not _suspended:
        _enable()


def disable() -> None:
    """Stands in for `gc.disable`."""
    global _wanted
    _wanted = False
    _disable()


def isenabled() -> bool:
    """Stands in for `gc.isenabled`: what the app has asked for."""
    return _wanted


def collect(generation: int = 2) -> int:
    """Stands in for `gc.collect`. Generation 1 would be an increment, which must not be."""
    return _collect(2 if generation == 1 and _suspended else generation)
