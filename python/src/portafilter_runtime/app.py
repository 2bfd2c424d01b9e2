"""The running application, and what the worker calls on it (python/README.md)."""

import importlib
import json
import traceback
from collections.abc import Callable
from typing import Any

from . import blocking
from .asgi.http import call_http
from .asgi.lifespan import Lifespan
from .asgi.scope import connection_scope
from .asgi.types import Application, Emit, Header
from .asgi.websocket import Socket
from .frameworks import streamlit

_FRAMEWORKS: dict[str, Callable[[str, str], Application]] = {"streamlit": streamlit.create_app}


class App:
    """One application and its open sockets."""

    def __init__(self, application: Application, secure: bool) -> None:
        self._application = application
        self._secure = secure
        self._lifespan = Lifespan(application)
        self._sockets: dict[int, Socket] = {}

    async def start(self) -> None:
        """Runs the application's own start."""
        await self._lifespan.start()

    async def http(
        self, method: str, path: str, query: str, headers: list[Header], body: bytes, emit: Emit
    ) -> None:
        """Answers one request."""
        scope = self._scope("http", path, query, headers) | {"method": method}
        await call_http(self._application, scope, body, emit)

    async def ws_open(
        self,
        id: int,
        path: str,
        query: str,
        headers: list[Header],
        protocols: list[str],
        emit: Emit,
    ) -> None:
        """Serves one socket until the application has done with it."""
        scope = self._scope("websocket", path, query, headers) | {"subprotocols": protocols}
        self._sockets[id] = socket = Socket(emit)
        try:
            await socket.serve(self._application, scope)
        except Exception:
            traceback.print_exc()
            raise
        finally:
            del self._sockets[id]

    def ws_receive(self, id: int, data: str | bytes) -> None:
        """Passes on a message of the page; one for a socket that has ended is dropped."""
        if (socket := self._sockets.get(id)) is not None:
            socket.receive(data)

    def ws_close(self, id: int, code: int) -> None:
        """Passes on that the page has closed the socket."""
        if (socket := self._sockets.get(id)) is not None:
            socket.disconnect(code)

    def _scope(self, kind: str, path: str, query: str, headers: list[Header]) -> dict[str, Any]:
        state = self._lifespan.state
        return dict(connection_scope(kind, path, query, headers, self._secure, state))


def create_app(app_type: str, path: str, theme: str, secure: bool) -> App:
    """Makes the application at `path` with the framework `app_type`."""
    create = _FRAMEWORKS.get(app_type)
    if create is None:
        raise ValueError(f"This runtime cannot run apps of the type {app_type!r}.")
    return App(create(path, theme), secure)


def preimport(names: str) -> None:
    """Imports the modules of a JSON list before the app starts.

    An import that fails here fails again in the app's own code, where its author can see it.
    """
    blocking.configure()
    for name in json.loads(names):
        try:
            importlib.import_module(name)
        except Exception as error:
            print(f"{name} could not be imported before the app started: {error!r}")
