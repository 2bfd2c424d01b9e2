"""Asking the visitor for secrets, and what is remembered of the answers. Everything here is secret
material: nothing of it may reach a message, a log or a traceback's text."""

import json
from dataclasses import dataclass, field
from threading import Event
from typing import Literal

from pyodide.ffi import JsException, create_once_callable

from . import blocking, inline
from .host import host

type Refusal = Literal["secret_denied", "secret_unavailable", "secret_busy"]
_REFUSALS: tuple[Refusal, ...] = ("secret_denied", "secret_unavailable", "secret_busy")


@dataclass(frozen=True, slots=True)
class Answer:
    """Exactly one of value and refusal is not None."""

    value: str | None = field(default=None, repr=False)
    refusal: Refusal | None = None
    cause: Exception | None = None


class _Request:
    """One question to the visitor, shared by all that ask the same meanwhile."""

    def __init__(self) -> None:
        self.answered = Event()
        self.answer = Answer(refusal="secret_unavailable")
        self.current = True


_answers: dict[str, Answer] = {}
_requests: dict[str, _Request] = {}


def known(name: str) -> Answer | None:
    """What needs no question: a value that is allowed, or a denial."""
    return _answers.get(name)


def ask(name: str, reason: str | None) -> Answer:
    """Asks the visitor, and waits as long as it takes. Values and denials are remembered."""
    if (request := _requests.get(name)) is not None:
        request.answered.wait()
        return request.answer
    request = _requests[name] = _Request()
    try:
        request.answer = _question(name, reason)
        if request.current and request.answer.refusal in (None, "secret_denied"):
            _answers[name] = request.answer
    finally:
        if _requests.get(name) is request:
            del _requests[name]
        request.answered.set()
    return request.answer


def revoked(name: str) -> None:
    """The visitor has taken the secret back: its value is forgotten at once."""
    _forget(name)


def ask_again(name: str) -> None:
    """The visitor wants to be asked once more after a denial."""
    _forget(name)


def _forget(name: str) -> None:
    _answers.pop(name, None)
    if (request := _requests.pop(name, None)) is not None:
        request.current = False


def _question(name: str, reason: str | None) -> Answer:
    try:
        return _parse(_send(name, reason))
    except JsException as error:
        return Answer(refusal="secret_unavailable", cause=error)


def _send(name: str, reason: str | None) -> str:
    if blocking.can_suspend():
        answer = blocking.Answer()
        host().request_secret(name, reason, create_once_callable(answer.settle))
        return blocking.run_sync(answer)
    # What the app has drawn so far goes out first: nothing moves while the visitor is asked.
    inline.settle()
    return host().request_secret_sync(name, reason)


def _parse(text: str) -> Answer:
    """Anything that is not understood counts as unavailable."""
    reply = json.loads(text)
    value = reply.get("value")
    if isinstance(value, str):
        return Answer(value=value)
    code = reply.get("code")
    return Answer(
        refusal=next((known for known in _REFUSALS if known == code), "secret_unavailable")
    )
