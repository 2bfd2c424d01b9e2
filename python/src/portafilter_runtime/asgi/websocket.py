"""One WebSocket as one ASGI call."""

import asyncio
from typing import Literal

from .types import Application, Emit, Message, Scope


class Disconnected(OSError):
    """The page has closed the socket; ASGI asks for an OSError where an application still sends."""


class Socket:
    """A socket between a page and the application.

    Emits `accept` (subprotocol or None), `text`, `bytes`, and once `close` (code, reason), unless the
    page closed first.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._state: Literal["connecting", "open", "closed"] = "connecting"
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})

    async def serve(self, app: Application, scope: Scope) -> None:
        """Calls the application; returns or raises when it does."""
        await app(scope, self._incoming.get, self._send)
        self._close(1000, "")

    def receive(self, data: str | bytes) -> None:
        """Takes a message of the page."""
        key = "text" if isinstance(data, str) else "bytes"
        self._incoming.put_nowait({"type": "websocket.receive", key: data})

    def disconnect(self, code: int) -> None:
        """Takes the page's word that it has closed the socket."""
        self._state = "closed"
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})

    async def _send(self, message: Message) -> None:
        if self._state == "closed":
            raise Disconnected("The page has closed this socket.")
        match message["type"], self._state:
            case "websocket.accept", "connecting":
                self._state = "open"
                self._emit("accept", message.get("subprotocol"))
            case "websocket.send", "open":
                if (data := message.get("bytes")) is not None:
                    self._emit("bytes", bytes(data))
                else:
                    self._emit("text", message["text"])
            case "websocket.close", "connecting":
                # Refused. A browser that gets no handshake reports 1006.
                self._close(1006, message.get("reason") or "")
            case "websocket.close", "open":
                self._close(message.get("code", 1000), message.get("reason") or "")
            case kind, state:
                raise RuntimeError(f"The app sent {kind!r} on a socket that is {state}.")

    def _close(self, code: int, reason: str) -> None:
        if self._state != "closed":
            self._state = "closed"
            self._emit("close", code, reason)
