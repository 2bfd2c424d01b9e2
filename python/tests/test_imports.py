import importlib
import importlib.util
import sys
import threading
import time

import pytest

from portafilter_runtime.imports import lazy


class FakeHost:
    """Provides packages by writing their one module into a folder of the path."""

    def __init__(self, folder, sources):
        self.folder, self.sources, self.loads = folder, sources, []

    def package_for_import(self, module):
        return f"package-of-{module}" if module in self.sources else None

    def load_packages_sync(self, names):
        import json

        self.loads.append(names)
        (name,) = json.loads(names)
        module = name.removeprefix("package-of-")
        if self.sources[module] is None:
            raise OSError("This server could not provide it.")
        (self.folder / f"{module}.py").write_text(self.sources[module])

    async def load_packages(self, names):
        import asyncio

        await asyncio.sleep(0.005)
        self.load_packages_sync(names)


@pytest.fixture
def host(tmp_path, monkeypatch):
    fake = FakeHost(tmp_path, {"lazy_one": "value = 1", "lazy_gone": None})
    monkeypatch.setattr(lazy, "host", lambda: fake)
    monkeypatch.setattr(lazy, "_failures", {})
    monkeypatch.syspath_prepend(str(tmp_path))
    yield fake
    for module in fake.sources:
        sys.modules.pop(module, None)


def test_import_statement_loads_the_package(host):
    import lazy_one

    assert lazy_one.value == 1
    assert host.loads == ['["package-of-lazy_one"]']


def test_import_module_loads_the_package(host):
    assert importlib.import_module("lazy_one").value == 1


def test_import_in_a_thread_loads_the_package(host, run):
    seen = []

    def work():
        import lazy_one

        seen.append(lazy_one.value)

    threads = [run(work) for _ in range(3)]
    for thread in threads:
        thread.join()
    assert seen == [1, 1, 1]
    assert len(host.loads) == 1


def test_looking_whether_a_module_exists_loads_nothing(host):
    assert importlib.util.find_spec("lazy_one") is None
    assert host.loads == []


def test_unknown_module_is_not_found(host):
    with pytest.raises(ModuleNotFoundError, match="No module named 'lazy_unknown'"):
        importlib.import_module("lazy_unknown")


def test_package_that_cannot_be_had_is_not_found_and_not_tried_again(host):
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="could not provide"):
            importlib.import_module("lazy_gone")
    assert len(host.loads) == 1


def test_without_a_worker_modules_are_just_not_found(monkeypatch):
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    del sys.modules["_portafilter_host"]
    others = [finder for finder in sys.meta_path if "Js" not in type(finder).__name__]
    monkeypatch.setattr(sys, "meta_path", others)
    with pytest.raises(ModuleNotFoundError, match="lazy_unknown"):
        importlib.import_module("lazy_unknown")


def library(tmp_path, source):
    """Compiles a source as if it lay in site-packages."""
    return compile(source, f"{lazy._LIBRARIES[0]}python3.14/site-packages/some_library.py", "exec")


def test_what_a_library_tries_at_module_level_loads_nothing(host, tmp_path):
    with pytest.raises(ModuleNotFoundError):
        exec(library(tmp_path, "import lazy_one"), {"__name__": "some_library"})
    assert host.loads == []


def test_what_a_library_tries_in_a_function_while_it_is_imported_loads_nothing(host, tmp_path):
    source = (
        "import importlib\ndef optional():\n    importlib.import_module('lazy_one')\noptional()"
    )
    with pytest.raises(ModuleNotFoundError):
        exec(library(tmp_path, source), {"__name__": "some_library"})
    assert host.loads == []


def test_what_a_library_needs_in_a_function_is_loaded(host, tmp_path):
    names = {"__name__": "some_library"}
    exec(library(tmp_path, "def use():\n    import lazy_one\n    return lazy_one.value"), names)
    assert names["use"]() == 1


def test_threads_wait_for_a_module_that_waits_while_it_is_imported(tmp_path, monkeypatch, run):
    (tmp_path / "slow_module.py").write_text("import time\ntime.sleep(0.03)\nready = True\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    seen = []

    def work():
        import slow_module

        seen.append(slow_module.ready)

    threads = [run(work) for _ in range(4)]
    for thread in threads:
        thread.join()
    del sys.modules["slow_module"]
    assert seen == [True] * 4


@pytest.mark.suspending
def test_circular_imports_of_two_threads_come_to_an_end(tmp_path, monkeypatch, run):
    (tmp_path / "circle_a.py").write_text("import time\ntime.sleep(0.02)\nimport circle_b\n")
    (tmp_path / "circle_b.py").write_text("import time\ntime.sleep(0.02)\nimport circle_a\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    threads = [run(importlib.import_module, name) for name in ("circle_a", "circle_b")]
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    for name in ("circle_a", "circle_b"):
        del sys.modules[name]


def test_import_locks_do_not_outlive_an_import_that_fails(tmp_path, monkeypatch):
    (tmp_path / "broken_module.py").write_text("import time\ntime.sleep(0.001)\n1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            importlib.import_module("broken_module")
    assert threading.active_count() == 1
    time.sleep(0)
