"""Mends the transport of Pyodide's httpx (0.28.1), on which openai and others stand.

- A response's chunks are memoryviews there; readers of event streams need bytes.
- The limit for the connection covers the whole time until an answer begins, since fetch does not tell the
  two apart. openai allows 5 seconds to connect and 600 to answer: whatever takes longer than 5 would fail.
- A response without a body (HEAD, 204) is an error.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from pyodide.ffi import JsProxy


def adapt(module: Any) -> None:
    """Changes `httpx._transports.jsfetch`."""
    iterate = module.EmscriptenStream.__iter__
    iterate_async = module.AsyncEmscriptenStream.__aiter__
    to_response = module._js_response_to_python

    def bytes_of(stream: Any) -> Iterator[bytes]:
        for chunk in iterate(stream):
            yield bytes(chunk)

    async def bytes_of_async(stream: Any) -> AsyncIterator[bytes]:
        async for chunk in iterate_async(stream):
            yield bytes(chunk)

    def response(stream: Any, answer: Any, read_timeout: float, abort: Any) -> Any:
        if isinstance(answer.body, JsProxy):
            return to_response(stream, answer, read_timeout, abort)
        return module.Response(status_code=answer.status, headers=dict(answer.headers.entries()))

    module.EmscriptenStream.__iter__ = bytes_of
    module.AsyncEmscriptenStream.__aiter__ = bytes_of_async
    module._js_response_to_python = response
    module._compute_timeouts = timeouts


def timeouts(extensions: dict[str, Any]) -> tuple[float, float]:
    """Seconds until an answer begins, and between its parts; 0 means no limit."""
    limits = extensions.get("timeout") or {}
    connect, read = limits.get("connect"), limits.get("read")
    begin = 0.0 if connect is None or read is None else connect + read
    return begin, read or 0.0
