"""Portafilter's Python half: runs inside Pyodide, in the worker of an app.

Importing it installs the emulation of threads, so it must be imported before any library of the app. The
functions here are all that the worker calls; python/README.md describes them. Arguments come straight
from JavaScript, and are turned into Python's own types before anything else sees them.
"""

from typing import Any

from .threads.install import install

install()

from . import app as _app  # noqa: E402 -- copies names that `install` replaces
from . import blocking as _blocking  # noqa: E402
from . import randomness as _randomness  # noqa: E402
from . import secrets as _secrets  # noqa: E402
from .asgi.types import Emit as _Emit  # noqa: E402
from .frameworks import streamlit as _streamlit  # noqa: E402

_running: _app.App | None = None


async def preimport(names: str) -> None:
    """Imports the modules of a JSON list on the main stack, before the app starts."""
    _randomness.renew()
    _app.preimport(names)


async def start(app_type: str, path: str, theme: str) -> None:
    """Sets the framework up and runs the app's own start. Raises what either raises."""
    global _running
    import js

    _blocking.configure()
    _randomness.renew()
    secure = hasattr(js, "location") and js.location.protocol == "https:"
    app = _app.create_app(app_type, path, theme, secure)
    await app.start()
    _running = app


async def http(method: str, path: str, query: str, headers: Any, body: Any, emit: Any) -> None:
    """Answers one request through `emit`."""
    await _app_running().http(method, path, query, _pairs(headers), _bytes(body), _emitter(emit))


async def ws_open(id: int, path: str, query: str, headers: Any, protocols: Any, emit: Any) -> None:
    """Serves one socket through `emit`, until the app has done with it."""
    names = [str(name) for name in protocols.to_py()]
    await _app_running().ws_open(id, path, query, _pairs(headers), names, _emitter(emit))


def ws_receive(id: int, data: Any) -> None:
    """Takes a message of the page: text, or a Uint8Array."""
    _app_running().ws_receive(id, data if isinstance(data, str) else _bytes(data))


def ws_close(id: int, code: int) -> None:
    """Takes the page's word that it has closed a socket."""
    _app_running().ws_close(id, code)


def set_theme(theme: str) -> None:
    """Sets `light` or `dark` for the app's next run."""
    _streamlit.set_theme(theme)


def secret_revoked(name: str) -> None:
    """The visitor has taken a secret back."""
    _secrets.revoked(name)


def secret_ask_again(name: str) -> None:
    """The visitor wants to be asked again for a secret that was denied."""
    _secrets.ask_again(name)


def _app_running() -> _app.App:
    if _running is None:
        raise RuntimeError("The app has not been started.")
    return _running


def _bytes(data: Any) -> bytes:
    """Content of a Uint8Array; `null` and `undefined` of JavaScript have none."""
    from pyodide.ffi import JsProxy

    return bytes(data.to_bytes()) if isinstance(data, JsProxy) else b""


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in headers.to_py()]


def _emitter(emit: Any) -> _Emit:
    from pyodide.ffi import to_js

    return lambda kind, *payload: emit(kind, *(to_js(part) for part in payload))
