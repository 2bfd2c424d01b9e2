"""ASGI's description of a connection."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from .types import Header, Scope


def connection_scope(
    kind: str, path: str, query: str, headers: Iterable[Header], secure: bool, state: dict[str, Any]
) -> Scope:
    """Describes a request (`http`) or a socket (`websocket`).

    `path` is still percent-encoded, as it stands in the address. `state` is what the application's
    lifespan has put there; each connection gets a copy.
    """
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    host = next(
        (value.decode("latin-1") for name, value in encoded if name == b"host"), "localhost"
    )
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": _scheme(kind, secure),
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "root_path": "",
        "query_string": query.encode("latin-1"),
        "headers": encoded,
        "client": ("127.0.0.1", 0),
        "server": _server(host, secure),
        "state": state.copy(),
        "extensions": {},
    }


def _scheme(kind: str, secure: bool) -> str:
    return ("wss" if secure else "ws") if kind == "websocket" else ("https" if secure else "http")


def _server(host: str, secure: bool) -> tuple[str, int]:
    name, separator, port = host.rpartition(":")
    if separator and port.isdigit():
        return name, int(port)
    return host, 443 if secure else 80
