import asyncio
import contextlib
import json

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from test_asyncio import on_main_loop

from portafilter_runtime.app import App, create_app
from portafilter_runtime.asgi.http import call_http
from portafilter_runtime.asgi.lifespan import Lifespan
from portafilter_runtime.asgi.scope import connection_scope


class Events(list):
    """An `emit` that keeps what it is told, and lets others wait for it."""

    def __call__(self, kind, *payload):
        self.append((kind, *payload))

    async def until(self, count):
        while len(self) < count:
            await asyncio.sleep(0.001)


HEADERS = [("Host", "app.localhost:8080"), ("X-Twice", "1"), ("X-Twice", "2")]


def call(app, method="GET", path="/", query="", headers=HEADERS, body=b"", secure=False):
    async def main():
        running, events = App(app, secure), Events()
        await running.start()
        await running.http(method, path, query, headers, body, events)
        return events

    return on_main_loop(main())


def test_app_hears_that_the_reader_of_a_stream_has_gone():
    class Leaving(Events):
        def __call__(self, kind, *payload):
            super().__call__(kind, *payload)
            return len(self) < 4

    heard = []

    async def stream(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part in range(10):
            await send({"type": "http.response.body", "body": b"%d" % part, "more_body": True})
        heard.append(await receive())
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def main():
        events = Leaving()
        await call_http(stream, {}, b"", events)
        return events

    events = on_main_loop(main())
    assert [kind for kind, *_ in events] == ["start", "body", "body", "body"]
    assert heard == [{"type": "http.disconnect"}]


def test_request_and_answer():
    async def show(request):
        return JSONResponse(
            {
                "method": request.method,
                "name": request.path_params["name"],
                "raw": request.scope["raw_path"].decode(),
                "query": request.query_params["a"],
                "body": (await request.body()).decode(),
                "twice": request.headers.getlist("x-twice"),
                "base": str(request.base_url),
            },
            status_code=201,
            headers={"x-answer": "é"},
        )

    app = Starlette(routes=[Route("/café/{name}", show, methods=["POST"])])
    start, body, end = call(app, "POST", "/caf%C3%A9/x%20y", "a=%26", body="é".encode())
    assert start[1] == 201
    assert {("x-answer", "é"), ("content-type", "application/json")} <= set(start[2])
    assert json.loads(body[1]) == {
        "method": "POST",
        "name": "x y",
        "raw": "/caf%C3%A9/x%20y",
        "query": "&",
        "body": "é",
        "twice": ["1", "2"],
        "base": "http://app.localhost:8080/",
    }
    assert end == ("end",)


def test_answer_is_streamed():
    async def numbers():
        for number in range(3):
            await asyncio.sleep(0.001)
            yield f"{number}\n"

    async def answer(request):
        return StreamingResponse(numbers())

    async def main():
        running, events = App(Starlette(routes=[Route("/", answer)]), False), Events()
        call = asyncio.ensure_future(running.http("GET", "/", "", HEADERS, b"", events))
        await events.until(2)
        seen = [kind for kind, *_ in events]
        await call
        return seen, events

    seen, events = on_main_loop(main())
    assert seen == ["start", "body"]
    assert [kind for kind, *_ in events] == ["start", "body", "body", "body", "end"]
    assert b"".join(payload[0] for kind, *payload in events if kind == "body") == b"0\n1\n2\n"


def test_synchronous_endpoint_runs_in_a_thread():
    import threading

    def answer(request):
        return PlainTextResponse(threading.current_thread().name)

    events = call(Starlette(routes=[Route("/", answer)]))
    assert events[1] == ("body", b"AnyIO worker thread")


def test_exception_reaches_the_worker():
    async def fail(request):
        raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        call(Starlette(routes=[Route("/", fail)]))


def test_app_that_does_not_answer_is_an_error():
    async def silent(scope, receive, send):
        pass

    async def half(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200})

    with pytest.raises(RuntimeError, match="had begun"):
        call(silent)
    with pytest.raises(RuntimeError, match="had ended"):
        call(half)


def test_app_that_answers_twice_is_an_error():
    async def twice(scope, receive, send):
        if scope["type"] == "http":
            await PlainTextResponse("one")(scope, receive, send)
            await PlainTextResponse("two")(scope, receive, send)

    with pytest.raises(RuntimeError, match=r"http\.response\.start"):
        call(twice)


def test_disconnect_comes_after_the_answer():
    seen = []

    async def app(scope, receive, send):
        if scope["type"] == "http":
            seen.append((await receive())["type"])
            await PlainTextResponse("x")(scope, receive, send)
            seen.append((await receive())["type"])

    call(app)
    assert seen == ["http.request", "http.disconnect"]


@pytest.mark.parametrize(
    ("host", "secure", "server"),
    [("a.b:8080", False, ("a.b", 8080)), ("a.b", False, ("a.b", 80)), ("a.b", True, ("a.b", 443))],
)
def test_scope_knows_its_server(host, secure, server):
    scope = connection_scope("http", "/", "", [("host", host)], secure, {})
    assert scope["server"] == server
    assert scope["scheme"] == ("https" if secure else "http")
    assert connection_scope("websocket", "/", "", [], secure, {})["scheme"] == (
        "wss" if secure else "ws"
    )


def test_lifespan_state_reaches_requests():
    @contextlib.asynccontextmanager
    async def lifespan(app):
        yield {"ready": "yes"}

    async def answer(request):
        return PlainTextResponse(request.state.ready)

    assert call(Starlette(routes=[Route("/", answer)], lifespan=lifespan))[1] == ("body", b"yes")


def test_lifespan_that_fails_is_an_error():
    @contextlib.asynccontextmanager
    async def lifespan(app):
        raise OSError("no database")
        yield

    with pytest.raises(RuntimeError, match="no database"):
        call(Starlette(lifespan=lifespan))


def test_app_without_lifespan_starts():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await PlainTextResponse("fine")(scope, receive, send)

    assert call(app)[1] == ("body", b"fine")
    assert on_main_loop(Lifespan(app).start()) is None


def test_unknown_framework_is_refused():
    with pytest.raises(ValueError, match="'cobol'"):
        create_app("cobol", "/app.py", "light", False)


def socket(endpoint, script):
    """Opens a socket to an endpoint, and runs `script(app, events)` beside it."""

    async def main():
        running, events = App(Starlette(routes=[WebSocketRoute("/ws", endpoint)]), False), Events()
        serving = asyncio.ensure_future(
            running.ws_open(7, "/ws", "a=1", HEADERS, ["one", "two"], events)
        )
        await script(running, events)
        await serving
        return events

    return on_main_loop(main())


def test_socket_talks_both_ways():
    async def echo(websocket):
        assert websocket.scope["subprotocols"] == ["one", "two"]
        await websocket.accept(subprotocol="two")
        await websocket.send_text(await websocket.receive_text() + "!")
        await websocket.send_bytes(await websocket.receive_bytes() + b"!")
        await websocket.close(4001, "enough")

    async def script(app, events):
        await events.until(1)
        app.ws_receive(7, "text")
        app.ws_receive(7, b"bytes")

    assert socket(echo, script) == [
        ("accept", "two"),
        ("text", "text!"),
        ("bytes", b"bytes!"),
        ("close", 4001, "enough"),
    ]


def test_socket_closed_by_the_page():
    codes = []

    async def wait(websocket):
        await websocket.accept()
        try:
            await websocket.receive_text()
        except WebSocketDisconnect as gone:
            codes.append(gone.code)
        with pytest.raises(WebSocketDisconnect):
            await websocket.send_text("too late")

    async def script(app, events):
        await events.until(1)
        app.ws_close(7, 4002)

    assert socket(wait, script) == [("accept", None)]
    assert codes == [4002]


def test_socket_that_is_refused():
    async def refuse(websocket):
        await websocket.close()

    async def script(app, events):
        await events.until(1)

    assert socket(refuse, script) == [("close", 1006, "")]


def test_socket_whose_app_returns_is_closed():
    async def leave(websocket):
        await websocket.accept()

    async def script(app, events):
        await events.until(2)
        app.ws_receive(7, "nobody is there")
        app.ws_close(7, 1000)

    assert socket(leave, script) == [("accept", None), ("close", 1000, "")]


def test_socket_whose_app_fails(capsys):
    async def fail(websocket):
        await websocket.accept()
        raise KeyError("inside")

    async def script(app, events):
        await events.until(1)

    with pytest.raises(KeyError, match="inside"):
        socket(fail, script)
    assert "KeyError: 'inside'" in capsys.readouterr().err
