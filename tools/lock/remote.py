"""What the lock generator reads over the network: package indexes and, by range, the inside of wheels."""

import io
import json
import re
import urllib.request
import zipfile
from functools import cache
from typing import Any

from pip._internal.commands import create_command


@cache
def index_url() -> str:
    """The index that pip on this machine uses: its configuration, PIP_INDEX_URL or its default."""
    options = create_command("install").parser.get_default_values()
    return str(options.index_url).rstrip("/")


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def get(url: str, headers: dict[str, str]) -> bytes:
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return bytes(response.read())


@cache
def project_page(name: str) -> dict[str, Any]:
    """The PEP 691 page of a project."""
    accept = {"accept": "application/vnd.pypi.simple.v1+json"}
    page: dict[str, Any] = json.loads(get(f"{index_url()}/{normalized(name)}/", accept))
    return page


class RangeFile(io.RawIOBase):
    """A remote file of known size, read by HTTP range requests."""

    def __init__(self, url: str, size: int) -> None:
        self.url, self.size, self.at = url, size, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = (0, self.at, self.size)[whence] + offset
        return self.at

    def read(self, size: int = -1) -> bytes:
        end = self.size if size < 0 else min(self.size, self.at + size)
        if end <= self.at:
            return b""
        data = get(self.url, {"range": f"bytes={self.at}-{end - 1}"})
        if len(data) != end - self.at:
            raise OSError(f"{self.url}: the server does not answer range requests")
        self.at = end
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def open_wheel(file: dict[str, Any]) -> zipfile.ZipFile:
    """Opens a wheel named by an index page without downloading the whole of it."""
    raw = RangeFile(file["url"], file["size"])
    return zipfile.ZipFile(io.BufferedReader(raw, 256 * 1024))
