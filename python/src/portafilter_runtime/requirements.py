"""Installing what an app requires, in two steps: everything is fetched, then everything is installed.

Code of a wheel may run as soon as it is installed: a shared library has constructors, a module may take the
place of one of ours. So the page hears of all wheels between the two steps, while nothing but ours has run.
"""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlparse


class NotWhatWasMeant(Exception):
    """An address has another content than its requirement says."""


class Plan:
    """What is to be installed. Everything goes through micropip, whose version is pinned."""

    def __init__(self, index_url: str) -> None:
        import micropip
        from micropip._vendored.packaging.src.packaging.markers import default_environment
        from micropip.transaction import Transaction

        micropip.set_index_urls(index_url)  # for the app, should it install more
        self._layer = _verifying_layer()
        self._transaction = Transaction(
            _compat_layer=self._layer,
            ctx=default_environment(),
            ctx_extras=[],
            keep_going=False,
            deps=True,
            pre=False,
            fetch_kwargs={},
            index_urls=[index_url],
        )

    async def add(self, requirement: str) -> None:
        """Fetches what a requirement names, and what that needs. Raises what micropip raises."""
        await self._transaction.gather_requirements([requirement])

    def wheels(self) -> str:
        """File name and SHA-256 of every wheel that is not of the lock, in JSON."""
        wheels = self._transaction.wheels
        return json.dumps([[wheel.filename, _sha256(wheel._data)] for wheel in wheels])

    async def install(self) -> None:
        """Installs the very bytes that `wheels` tells of, and packages of the lock."""
        import importlib
        from site import getsitepackages

        target = Path(getsitepackages()[0])
        wheels = {_sha256(wheel._data): wheel for wheel in self._transaction.wheels}.values()
        await asyncio.gather(*(wheel.install(target, self._layer) for wheel in wheels))
        locked = [package.name for package in self._transaction.pyodide_packages]
        if locked:
            await self._layer.loadPackage(self._layer.to_js(locked))
        importlib.invalidate_caches()


def _verifying_layer() -> Any:
    """The way of micropip to the network, which by itself does not heed the fragment of an address."""
    from micropip._compat import compatibility_layer

    class Verifying(compatibility_layer):  # type: ignore[misc]
        @staticmethod
        async def fetch_bytes(url: str, kwargs: dict[str, str]) -> bytes:
            content: bytes = await compatibility_layer.fetch_bytes(url, kwargs)
            for part in urlparse(url).fragment.split("&"):
                key, _, expected = part.partition("=")
                if key == "sha256" and expected.lower() != _sha256(content):
                    raise NotWhatWasMeant(f"What is at {url} has another SHA-256.")
            return content

    return Verifying


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
