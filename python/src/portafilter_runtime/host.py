"""Access to `_portafilter_host`, the JavaScript module that the worker registers.

It is imported at each use and never kept: a memory image of the interpreter cannot be made while Python
holds a JavaScript object.
"""

import importlib
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

MODULE = "_portafilter_host"


NAME = "_portafilter_host"


class Host(Protocol):
    """What the worker provides; python/README.md says it in full."""

    @property
    def force_sync(self) -> bool: ...

    def request_secret(
        self, name: str, reason: str | None, answer: Callable[[str], None]
    ) -> None: ...

    def request_secret_sync(self, name: str, reason: str | None) -> str: ...

    def sleep_sync(self, ms: float) -> None: ...

    def load_packages(self, names: str) -> Awaitable[None]: ...

    def load_packages_sync(self, names: str) -> None: ...

    def package_for_import(self, module: str) -> str | None: ...


def host() -> Host:
    """Returns the worker's module.

    Raises ModuleNotFoundError where no worker has registered it, as when an image is made.
    """
    return cast(Host, importlib.import_module(MODULE))
