"""ASGI's lifespan: the application's own start. There is no shutdown, the worker just ends."""

import asyncio
from typing import Any

from .types import Application, Message


class Lifespan:
    """Runs an application's lifespan for as long as the worker lives."""

    def __init__(self, app: Application) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._task: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Returns when the application says it has started, or turns out to have no lifespan.

        Raises RuntimeError with the application's own words when its start has failed.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Message] = loop.create_future()
        startup = {"type": "lifespan.startup"}
        never: asyncio.Future[Message] = loop.create_future()
        asked = False

        async def receive() -> Message:
            nonlocal asked
            if asked:
                return await never
            asked = True
            return startup

        async def send(message: Message) -> None:
            if not answer.done():
                answer.set_result(message)

        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        self._task = task = asyncio.ensure_future(self._app(scope, receive, send))
        # By the specification an application that raises without an answer does not support lifespans.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        futures: list[asyncio.Future[Any]] = [answer, task]
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        if answer.done() and answer.result()["type"] == "lifespan.startup.failed":
            raise RuntimeError(answer.result().get("message") or "The app failed to start.")
