import asyncio

import pytest

js = pytest.importorskip("js")
if not hasattr(js, "location"):
    pytest.skip("needs the server of the browser's page", allow_module_level=True)

import httpx  # noqa: E402

from portafilter_runtime.imports.httpx_fetch import timeouts  # noqa: E402

ORIGIN = js.location.origin


def test_answer():
    answer = httpx.get(f"{ORIGIN}/tests.json")
    assert answer.status_code == 200
    assert "test_httpx.py" in answer.json()


def test_chunks_are_bytes():
    with httpx.stream("GET", f"{ORIGIN}/tests.json") as answer:
        kinds = {type(chunk) for chunk in answer.iter_bytes()}
    assert kinds == {bytes}


def test_limit_to_connect_does_not_cut_an_answer_short():
    limits = httpx.Timeout(5, connect=0.01)
    assert httpx.get(f"{ORIGIN}/sleep?200", timeout=limits).status_code == 200


@pytest.mark.suspending
def test_limits_are_kept():
    with pytest.raises(httpx.TimeoutException):
        httpx.get(f"{ORIGIN}/sleep?2000", timeout=httpx.Timeout(0.02))


@pytest.mark.suspending
def test_answer_without_a_body():
    assert httpx.head(f"{ORIGIN}/tests.json").status_code == 200


@pytest.mark.suspending
def test_asynchronous_client_in_a_thread(run):
    async def main():
        async with httpx.AsyncClient() as client:
            async with client.stream("GET", f"{ORIGIN}/tests.json") as answer:
                kinds = {type(chunk) async for chunk in answer.aiter_bytes()}
            answers = await asyncio.gather(*(client.get(f"{ORIGIN}/sleep?10") for _ in range(3)))
        return kinds, [answer.status_code for answer in answers]

    results = []
    run(lambda: results.append(asyncio.run(main()))).join()
    assert results == [({bytes}, [200, 200, 200])]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (0, 0)),
        ({"timeout": None}, (0, 0)),
        ({"timeout": {"connect": 5.0, "read": 600.0}}, (605, 600)),
        ({"timeout": {"connect": None, "read": 600.0}}, (0, 600)),
        ({"timeout": {"connect": 5.0, "read": None}}, (0, 0)),
    ],
)
def test_timeouts(given, expected):
    assert timeouts(given) == expected
