"""The suite runs twice inside Pyodide: where stacks can be suspended, and as where they cannot.

`suspending` marks what only works with suspended stacks, `inline` what is about doing without.
"""

import threading
from collections.abc import Callable, Iterator

import pytest

from portafilter_runtime import inline


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "suspending: needs stacks that can be suspended")
    config.addinivalue_line("markers", "inline: about browsers without suspended stacks")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    other = "suspending" if inline.enabled() else "inline"
    unfit = [item for item in items if item.get_closest_marker(other) is not None]
    config.hook.pytest_deselected(items=unfit)
    items[:] = [item for item in items if item not in unfit]


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Every test ends the threads that it starts."""
    yield
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(5)
    assert threading.enumerate() == [threading.main_thread()]


@pytest.fixture
def run() -> Callable[..., threading.Thread]:
    """Starts a thread that runs a function."""

    def start(target: Callable[..., object], *args: object) -> threading.Thread:
        thread = threading.Thread(target=target, args=args)
        thread.start()
        return thread

    return start
