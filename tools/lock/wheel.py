"""What a wheel says about itself: which modules it brings and what it depends on."""

import zipfile
from email.parser import HeaderParser

from pip._vendor.packaging.requirements import Requirement

from remote import normalized

EMSCRIPTEN = {
    "implementation_name": "cpython",
    "implementation_version": "3.14.2",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Emscripten",
    "platform_version": "",
    "python_full_version": "3.14.2",
    "python_version": "3.14",
    "sys_platform": "emscripten",
    "extra": "",
}


def imports(wheel: zipfile.ZipFile) -> list[str]:
    """The top-level modules; for a namespace package the first level that holds code."""
    modules = [
        name.removesuffix("/__init__.py").removesuffix(".py").split("/")
        for name in wheel.namelist()
        if name.endswith(".py") and ".dist-info/" not in name and ".data/" not in name
    ]
    packages = {tuple(m) for m in modules if "/".join(m) + "/__init__.py" in wheel.namelist()}
    found = set()
    for module in modules:
        parents = [tuple(module[:n]) for n in range(1, len(module) + 1)]
        top = next((p for p in parents if p in packages), tuple(module))
        if len(top) <= 2 and all(part.isidentifier() for part in top):
            found.add(".".join(top))
    return sorted(name for name in found if not name.startswith(("test.", "tests.", "_distutils")))


def requirements(wheel: zipfile.ZipFile) -> list[Requirement]:
    """What must be installed beside it on Emscripten, extras left out."""
    metadata = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    header = HeaderParser().parsestr(wheel.read(metadata).decode())
    all_of_them = [Requirement(line) for line in header.get_all("Requires-Dist") or []]
    return [r for r in all_of_them if r.marker is None or r.marker.evaluate(EMSCRIPTEN)]


def names(requirements: list[Requirement]) -> list[str]:
    return sorted({normalized(r.name) for r in requirements})
