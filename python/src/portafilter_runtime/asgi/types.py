"""What ASGI applications look like, and how the worker hears from them."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

type Message = MutableMapping[str, Any]
type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Application = Callable[[Scope, Receive, Send], Awaitable[None]]

type Header = tuple[str, str]
type Emit = Callable[..., object]
"""A function of the worker: a kind of event first, then what belongs to it."""
