"""The same few requests with each library, one line for each: what came, or what was raised."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable

import httpx
import requests
import streamlit as st

MINE = {"X-Mine": "yes"}
ORDER = {"tea": 1}
ADDRESSES = {
    "moved": "https://open.test/moved",
    "missing": "https://open.test/missing",
    "closed": "https://closed.test/",
    "unreachable": "https://unreachable.test/",
}


def attempt(title: str, call: Callable[[], object]) -> None:
    try:
        result = str(call())
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    st.text(f"{title}: {result}")


def compare(name: str, send: Callable[..., tuple[int, str, str]]) -> None:
    """`send(method, address, headers, order)` returns status, final address and text."""
    attempt(f"{name} get", lambda: send("GET", "https://open.test/echo", MINE, None))
    attempt(f"{name} post", lambda: send("POST", "https://open.test/echo", {}, ORDER))
    for title, address in ADDRESSES.items():
        attempt(f"{name} {title}", lambda: send("GET", address, {}, None))
    attempt(f"{name} strict", lambda: send("GET", "https://strict.test/", {}, None))
    attempt(f"{name} strict header", lambda: send("GET", "https://strict.test/", MINE, None))


def by_requests(method, address, headers, order):
    answer = requests.request(method, address, headers=headers, json=order)
    return answer.status_code, answer.url, answer.text


def by_urllib(method, address, headers, order):
    data = None if order is None else json.dumps(order).encode()
    if order is not None:
        headers = headers | {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.url, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.url, error.read().decode()


def by_httpx(method, address, headers, order):
    answer = httpx.request(method, address, headers=headers, json=order)
    return answer.status_code, str(answer.url), answer.text


def by_async_httpx(method, address, headers, order):
    async def send():
        async with httpx.AsyncClient() as client:
            answer = await client.request(method, address, headers=headers, json=order)
            return answer.status_code, str(answer.url), answer.text

    return asyncio.run(send())


compare("requests", by_requests)
compare("urllib", by_urllib)
compare("httpx", by_httpx)
compare("async httpx", by_async_httpx)
st.text("Done")
