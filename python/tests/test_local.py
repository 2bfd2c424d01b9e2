import gc
import threading
import weakref

import pytest


def test_attributes_are_per_thread(run):
    local, seen = threading.local(), []
    local.value = "main"

    def work():
        seen.append(hasattr(local, "value"))
        local.value = "thread"
        seen.append(local.__dict__)

    run(work).join()
    assert seen == [False, {"value": "thread"}]
    assert local.value == "main"


def test_init_runs_once_in_each_thread(run):
    class Local(threading.local):
        runs = 0

        def __init__(self, start):
            type(self).runs += 1
            self.items = [start]

    local, seen = Local("begin"), []
    local.items.append("main")
    run(lambda: (local.items.append("thread"), seen.extend(local.items))).join()
    assert seen == ["begin", "thread"]
    assert local.items == ["begin", "main"]
    assert Local.runs == 2


def test_arguments_need_an_init():
    with pytest.raises(TypeError, match="not supported"):
        threading.local(1)


def test_attributes_can_be_deleted():
    local = threading.local()
    local.value = 1
    del local.value
    with pytest.raises(AttributeError):
        local.value  # noqa: B018
    with pytest.raises(AttributeError):
        del local.value
    with pytest.raises(AttributeError, match="read-only"):
        local.__dict__ = {}


def test_what_a_thread_kept_goes_with_it(run):
    class Kept:
        pass

    local, references = threading.local(), []

    def work():
        local.kept = Kept()
        references.append(weakref.ref(local.kept))

    run(work).join()
    gc.collect()
    assert references[0]() is None


def test_what_a_local_kept_goes_with_it():
    class Kept:
        pass

    local = threading.local()
    local.kept = kept = Kept()
    reference = weakref.ref(kept)
    del kept, local
    gc.collect()
    assert reference() is None
