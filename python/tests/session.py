"""One run of this suite inside Pyodide, told to whoever started it (e2e/python/worker.js)."""

import json
import os
from collections.abc import Callable

import pytest


class Reporter:
    """A pytest plugin that reports each test when it has ended."""

    def __init__(self, report: Callable[..., object]) -> None:
        self._report = report
        self._failures: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._report("collected", json.dumps([item.nodeid for item in session.items]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            sections = "".join(f"\n--- {title} ---\n{text}" for title, text in report.sections)
            self._failures.append(
                f"{report.when} {report.outcome}\n{report.longreprtext}{sections}"
            )
        if report.when == "teardown":
            failures, self._failures = self._failures, []
            self._report("result", report.nodeid, "\n".join(failures))


def run(report: Callable[..., object], folder: str) -> int:
    """Runs the tests in `folder`. Returns pytest's exit code."""
    os.chdir(folder)
    # Plugins would be imported by pytest's own import hook, past the runtime's.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return int(pytest.main(["-q", "--tb=short", "-p", "no:cacheprovider"], [Reporter(report)]))
