"""One HTTP request as one ASGI call, its answer streamed out as it is made."""

import asyncio
from typing import Literal

from .types import Application, Emit, Message, Scope


async def call_http(app: Application, scope: Scope, body: bytes, emit: Emit) -> None:
    """Calls `app` and emits `start` (status, headers), `body` (bytes) any number of times, and `end`.

    Raises what the application raises, and RuntimeError when it returns without a whole answer.
    """
    exchange = _Exchange(body, emit)
    try:
        await app(scope, exchange.receive, exchange.send)
    finally:
        exchange.over.set()
    if exchange.state not in ("ended", "abandoned"):
        raise RuntimeError(f"The app returned before its answer had {exchange.missing()}.")


class _Exchange:
    def __init__(self, body: bytes, emit: Emit) -> None:
        self.state: Literal["new", "started", "ended", "abandoned"] = "new"
        self.over = asyncio.Event()
        self._body: bytes | None = body
        self._emit = emit

    def missing(self) -> str:
        return "begun" if self.state == "new" else "ended"

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        # That the page has gone is heard at the next part; an answer that is complete has no reader left.
        await self.over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        match message["type"], self.state:
            case "http.response.start", "new":
                headers = [
                    (bytes(name).decode("latin-1"), bytes(value).decode("latin-1"))
                    for name, value in message.get("headers", [])
                ]
                self.state = "started"
                self._emit("start", message["status"], headers)
            case "http.response.body", "started":
                if (chunk := message.get("body", b"")) and self._emit(
                    "body", bytes(chunk)
                ) is False:
                    self.state = "abandoned"
                    self.over.set()
                elif not message.get("more_body", False):
                    self.state = "ended"
                    self.over.set()
                    self._emit("end")
            case _, "abandoned":
                # As servers have it: what goes on into a closed connection is dropped.
                pass
            case kind, state:
                raise RuntimeError(f"The app sent {kind!r} when its answer was {state}.")
