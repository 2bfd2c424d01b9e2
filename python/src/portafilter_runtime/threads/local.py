"""`threading.local` per emulated thread."""

import weakref
from typing import Any, Self

from .identity import get_ident

_storage: dict[int, dict[int, dict[str, Any]]] = {}
"""Identity of a thread, identity of a `local` object: the attributes it has in that thread."""

_objects: dict[int, weakref.ref[local]] = {}


def forget_thread(ident: int) -> None:
    """Drops what a thread that has ended kept."""
    for key, attributes in _storage.pop(ident, {}).items():
        obj = _objects[key]()
        if obj is not None and object.__getattribute__(obj, "__dict__") is attributes:
            object.__setattr__(obj, "__dict__", {})


def _remember(obj: local) -> None:
    key = id(obj)

    def forget(_: object) -> None:
        del _objects[key]
        for of_thread in _storage.values():
            of_thread.pop(key, None)

    _objects[key] = weakref.ref(obj, forget)


class local:
    """Stands in for `threading.local`: other attributes in each thread, `__init__` run once in each.

    The instance dictionary is exchanged at each access. Nothing can come between the exchange and the
    access: stacks are only ever suspended in a wait.
    """

    __slots__ = ("__dict__", "__weakref__", "_local_arguments")
    _local_arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, /, *args: Any, **named: Any) -> Self:
        if (args or named) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        self = object.__new__(cls)
        object.__setattr__(self, "_local_arguments", (args, named))
        # The running thread's __init__ is called by Python itself, right after this.
        _storage.setdefault(get_ident(), {})[id(self)] = {}
        _remember(self)
        return self

    def __getattribute__(self, name: str) -> Any:
        _enter(self)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _refuse_dict(self, name)
        _enter(self)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        _refuse_dict(self, name)
        _enter(self)
        object.__delattr__(self, name)


def _enter(obj: local) -> None:
    of_thread = _storage.get(get_ident())
    if of_thread is None:
        of_thread = _storage[get_ident()] = {}
    attributes = of_thread.get(id(obj))
    if attributes is not None:
        object.__setattr__(obj, "__dict__", attributes)
        return
    attributes = of_thread[id(obj)] = {}
    object.__setattr__(obj, "__dict__", attributes)
    args, named = object.__getattribute__(obj, "_local_arguments")
    type(obj).__init__(obj, *args, **named)
    object.__setattr__(obj, "__dict__", attributes)


def _refuse_dict(obj: local, name: str) -> None:
    if name == "__dict__":
        raise AttributeError(f"{type(obj).__name__!r} object attribute '__dict__' is read-only")
