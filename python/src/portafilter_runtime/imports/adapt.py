"""Changes to libraries, made right after their import and nowhere in their files."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Adapter(MetaPathFinder):
    """Stands first in `sys.meta_path` and lets others do the finding."""

    def __init__(self, adaptations: Mapping[str, Callable[[Any], None]]) -> None:
        self._adaptations = dict(adaptations)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Finds a module that is to be adapted; all others are none of its business."""
        adapt = self._adaptations.get(fullname)
        if adapt is None:
            return None
        for finder in sys.meta_path:
            spec = finder.find_spec(fullname, path, target) if finder is not self else None
            if spec is not None and spec.loader is not None:
                spec.loader = _AdaptingLoader(spec.loader, adapt)
                return spec
        return None


class _AdaptingLoader(Loader):
    def __init__(self, loader: Loader, adapt: Callable[[Any], None]) -> None:
        self._loader = loader
        self._adapt = adapt

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._adapt(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
