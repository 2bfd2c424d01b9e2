"""`urllib.request` by way of the browser, as there are no sockets and no TLS here.

The browser follows redirects itself and only tells where they ended, names itself as the user agent, and
unpacks compressed answers. An answer is read to its end before `urlopen` returns.
"""

import io
from collections.abc import Callable, Iterable
from http.client import HTTPResponse, responses
from typing import Any, NamedTuple
from urllib.error import URLError

from pyodide.ffi import JsException, to_js

from .. import blocking

_BROWSERS_OWN = frozenset({"connection", "content-length", "host", "user-agent"})
"""Headers of requests that the browser writes."""
_OF_THE_WIRE = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
"""Headers of answers that are about the bytes that came, which are not those that are handed on."""


class _Order(NamedTuple):
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    limit: float | None
    """Seconds until the answer begins."""


class _Answer(NamedTuple):
    status: int
    headers: Iterable[tuple[str, str]]
    body: bytes
    url: str


def adapt(module: Any) -> None:
    """Changes `urllib.request`."""
    module.AbstractHTTPHandler.do_open = do_open


def do_open(handler: Any, connection: Any, request: Any, **options: Any) -> HTTPResponse:
    """Stands in for `AbstractHTTPHandler.do_open`.

    Raises URLError where the browser gives no answer.
    """
    headers = {**request.headers, **request.unredirected_hdrs}
    order = _Order(
        request.get_method(),
        request.full_url,
        {name: value for name, value in headers.items() if name.lower() not in _BROWSERS_OWN},
        _bytes_of(request.data),
        request.timeout if isinstance(request.timeout, int | float) else None,
    )
    send: Callable[[_Order], _Answer] = _suspending if blocking.can_suspend() else _blocking
    try:
        return _response(order.method, send(order))
    except JsException as error:
        if error.name in ("AbortError", "TimeoutError"):
            raise URLError(TimeoutError("timed out")) from None
        raise URLError(OSError(error.message)) from None


def _bytes_of(data: Any) -> bytes | None:
    if data is None or isinstance(data, bytes):
        return data
    if hasattr(data, "read"):
        data = data.read()
        return data.encode("iso-8859-1") if isinstance(data, str) else bytes(data)
    try:
        return bytes(memoryview(data))
    except TypeError:
        return b"".join(data)


def _suspending(order: _Order) -> _Answer:
    import js

    control = js.AbortController.new()
    limit = None
    if order.limit is not None:
        limit = js.setTimeout(control.abort.bind(control), order.limit * 1000)
    options = {
        "method": order.method,
        "headers": order.headers,
        "body": to_js(order.body),
        "signal": control.signal,
    }
    try:
        fetching = js.fetch(order.url, to_js(options, dict_converter=js.Object.fromEntries))
        answer = blocking.run_sync(fetching)
    finally:
        if limit is not None:
            js.clearTimeout(limit)
    headers = [(str(name), str(value)) for name, value in answer.headers.entries()]
    body = blocking.run_sync(answer.arrayBuffer())
    return _Answer(answer.status, headers, body.to_bytes(), answer.url)


def _blocking(order: _Order) -> _Answer:
    import js

    http = js.XMLHttpRequest.new()
    http.open(order.method, order.url, False)
    http.responseType = "arraybuffer"
    if order.limit is not None:
        http.timeout = order.limit * 1000
    for name, value in order.headers.items():
        http.setRequestHeader(name, value)
    http.send(to_js(order.body))
    lines = [line.partition(": ") for line in http.getAllResponseHeaders().splitlines()]
    headers = [(name, value) for name, _, value in lines]
    return _Answer(http.status, headers, http.response.to_bytes(), http.responseURL)


def _response(method: str, answer: _Answer) -> HTTPResponse:
    """An answer as from a connection, so that everything which works on those works on it."""
    empty = method == "HEAD"
    lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}"]
    for name, value in answer.headers:
        if empty or name.lower() not in _OF_THE_WIRE:
            lines.append(f"{name}: {value}")
    if not empty:
        lines.append(f"content-length: {len(answer.body)}")
    head = "\r\n".join([*lines, "", ""]).encode("iso-8859-1")
    response = HTTPResponse(_Received(head + answer.body), method=method)  # type: ignore[arg-type]
    response.begin()
    response.url = answer.url
    response.msg = response.reason  # type: ignore[assignment]
    return response


class _Received:
    """All that HTTPResponse asks of a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)
