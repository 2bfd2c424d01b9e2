"""Packages of the server's lock that are loaded when they are first imported."""

import importlib
import json
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, FrameType, ModuleType

from .. import blocking
from ..host import MODULE, host

_LIBRARIES = (sys.prefix + "/lib/", "<frozen ")
_PROBE = ("importlib/util.py", "<frozen importlib.util>")
_failures: dict[str, str] = {}


class LockFinder(MetaPathFinder):
    """Stands last in `sys.meta_path`: knows modules that no other finder has, from the lock."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Loads the package that provides a top-level module, if the code really needs it."""
        # Whoever asks for the worker's module where there is none must not be sent there for it.
        if path is not None or fullname == MODULE or not _needed():
            return None
        try:
            package = host().package_for_import(fullname)
        except ModuleNotFoundError:
            return None
        if not isinstance(package, str):
            return None
        _load(fullname, package)
        importlib.invalidate_caches()
        return PathFinder.find_spec(fullname)


def _load(module: str, package: str) -> None:
    """Loads a package once; what failed is not tried again, as libraries ask again and again."""
    if package not in _failures:
        names = json.dumps([package])
        try:
            if blocking.can_suspend():
                blocking.run_sync(host().load_packages(names))
            else:
                host().load_packages_sync(names)
            return
        except Exception as error:
            # An error of JavaScript says its class first, which tells the reader nothing.
            _failures[package] = str(getattr(error, "message", error))
    raise ModuleNotFoundError(f"No module named {module!r}. {_failures[package]}", name=module)


def _needed() -> bool:
    """True for imports of the app's own code, and for those that a library makes inside a function.

    What a library imports while it is itself imported is no need, also from a function that it calls
    then: what it cannot do without is installed with it, and what it tries for an optional feature must
    not cost a download, or the wait for a server that does not answer.
    """
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and _of_importlib(frame.f_code):
        if frame.f_code.co_filename.endswith(_PROBE):
            return False
        frame = frame.f_back
    while frame is not None and frame.f_code.co_filename.startswith(_LIBRARIES):
        if frame.f_code.co_name == "<module>":
            return False
        frame = frame.f_back
    return True


def _of_importlib(code: CodeType) -> bool:
    return "importlib" in code.co_filename
