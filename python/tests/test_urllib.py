import io
import json
import urllib.error
import urllib.request

import pytest

js = pytest.importorskip("js")
if not hasattr(js, "location"):
    pytest.skip("needs the server of the browser's page", allow_module_level=True)

ORIGIN = js.location.origin


def test_answer():
    with urllib.request.urlopen(f"{ORIGIN}/tests.json") as answer:
        assert (answer.status, answer.reason, answer.url) == (200, "OK", f"{ORIGIN}/tests.json")
        assert answer.getheader("Content-Type") == answer.headers["content-type"]
        assert answer.headers.get_content_type() == "application/json"
        assert "test_urllib.py" in json.load(answer)


def test_parts_and_lines():
    whole = urllib.request.urlopen(f"{ORIGIN}/worker.js").read()
    answer = urllib.request.urlopen(f"{ORIGIN}/worker.js")
    assert answer.length == len(whole)
    assert answer.read(10) == whole[:10]
    assert b"".join(answer) == whole[10:]


def test_status_that_is_an_error():
    with pytest.raises(urllib.error.HTTPError, match="HTTP Error 404: Not Found") as caught:
        urllib.request.urlopen(f"{ORIGIN}/nowhere")
    assert caught.value.code == 404
    assert caught.value.read() == b""


def test_head():
    request = urllib.request.Request(f"{ORIGIN}/tests.json", method="HEAD")
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, answer.read()) == (200, b"")


@pytest.mark.parametrize(
    "data",
    [b"a=1&b=2", bytearray(b"a=1&b=2"), io.BytesIO(b"a=1&b=2"), [b"a=1", b"&b=2"]],
    ids=["bytes", "buffer", "file", "parts"],
)
def test_body(data):
    request = urllib.request.Request(f"{ORIGIN}/echo", data, {"X-Mine": "yes"})
    echo = json.load(urllib.request.urlopen(request))
    assert (echo["method"], echo["body"]) == ("POST", "a=1&b=2")
    assert echo["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert echo["headers"]["x-mine"] == "yes"
    assert echo["headers"]["user-agent"].startswith("Mozilla/")


def test_limit():
    with pytest.raises(urllib.error.URLError, match="timed out") as caught:
        urllib.request.urlopen(f"{ORIGIN}/sleep?5000", timeout=0.05)
    assert isinstance(caught.value.reason, TimeoutError)


def test_limit_that_is_kept():
    assert urllib.request.urlopen(f"{ORIGIN}/sleep?20", timeout=30).status == 200


def test_no_answer():
    with pytest.raises(urllib.error.URLError) as caught:
        urllib.request.urlopen("http://127.0.0.1:1/")
    assert isinstance(caught.value.reason, OSError)


def test_own_opener():
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.addheaders = [("X-Opener", "mine")]
    echo = json.load(opener.open(f"{ORIGIN}/echo"))
    assert echo["headers"]["x-opener"] == "mine"


def test_other_addresses_are_as_ever(tmp_path):
    (tmp_path / "note.txt").write_text("hello")
    assert urllib.request.urlopen((tmp_path / "note.txt").as_uri()).read() == b"hello"
    assert urllib.request.urlopen("data:,hello").read() == b"hello"
