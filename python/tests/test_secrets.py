import asyncio
import threading
import time

import _portafilter_host as worker
import pytest

import portafilter_runtime
import pycafe
from portafilter_runtime import secrets

# The worker of this suite answers by the name: DENIED_…, UNAVAILABLE_…, BUSY_…, NONSENSE_…, or else with
# `value of NAME, asked N times`.


@pytest.fixture(autouse=True)
def nothing_known():
    secrets._answers.clear()
    worker.forget()


def test_secret_is_asked_for_once():
    assert pycafe.get_secret("KEY") == "value of KEY, asked 1 times"
    assert pycafe.get_secret("KEY", reason="again") == "value of KEY, asked 1 times"
    assert worker.count("KEY") == 1


def test_reason_reaches_the_worker():
    pycafe.get_secret("KEY", "because\n[link](https://example.org)")
    assert worker.reason("KEY") == "because\n[link](https://example.org)"
    pycafe.get_secret("OTHER")
    assert worker.reason("OTHER") is None


@pytest.mark.parametrize("name", ["A", "_", "a" * 128, "OPENAI_API_KEY", "a.b-c_9", "_9"])
def test_good_names(name):
    assert pycafe.get_secret(name).startswith(f"value of {name},")


@pytest.mark.parametrize(
    "name", ["", "9A", "-A", ".A", "a" * 129, "a b", "a\n", "é", "a/b", "KEY\x00", "‮KEY"]
)
def test_bad_names_are_refused_before_anything_is_sent(name):
    with pytest.raises(ValueError, match="name of a secret"):
        pycafe.get_secret(name)
    assert worker.total() == 0


@pytest.mark.parametrize("name", [None, 1, b"KEY", ["KEY"]])
def test_name_must_be_text(name):
    with pytest.raises(TypeError):
        pycafe.get_secret(name)
    assert worker.total() == 0


def test_reason_must_be_text_of_at_most_8_kib():
    with pytest.raises(TypeError):
        pycafe.get_secret("KEY", 1)
    with pytest.raises(ValueError, match="8 KiB"):
        pycafe.get_secret("KEY", "x" * 8193)
    with pytest.raises(ValueError, match="8 KiB"):
        pycafe.get_secret("KEY", "é" * 4097)
    with pytest.raises(ValueError, match="surrogates"):
        pycafe.get_secret("KEY", "\ud800" * 4000)
    assert worker.total() == 0
    assert pycafe.get_secret("KEY", "é" * 4096)


def test_reason_is_checked_for_a_known_secret_too():
    pycafe.get_secret("KEY")
    with pytest.raises(TypeError):
        pycafe.get_secret("KEY", 1)


def test_denial_is_remembered_until_the_visitor_wants_to_be_asked():
    for _ in range(3):
        with pytest.raises(pycafe.SecretDenied, match="DENIED_KEY"):
            pycafe.get_secret("DENIED_KEY")
    assert worker.count("DENIED_KEY") == 1
    portafilter_runtime.secret_ask_again("DENIED_KEY")
    with pytest.raises(pycafe.SecretDenied):
        pycafe.get_secret("DENIED_KEY")
    assert worker.count("DENIED_KEY") == 2


@pytest.mark.parametrize("name", ["UNAVAILABLE_KEY", "BUSY_KEY", "NONSENSE_KEY"])
def test_what_is_unavailable_may_be_asked_for_again(name):
    for asked in (1, 2):
        with pytest.raises(pycafe.SecretUnavailable, match=name):
            pycafe.get_secret(name)
        assert worker.count(name) == asked


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("UNAVAILABLE_KEY", "secrets are out of reach"),
        ("BUSY_KEY", "too many questions"),
        ("BROKEN_KEY", "the question did not get to the page"),
    ],
)
def test_what_is_unavailable_says_why(name, why):
    with pytest.raises(pycafe.SecretUnavailable, match=f"{name}.*{why}"):
        pycafe.get_secret(name)


def test_errors_are_called_as_authors_write_them():
    for error in (pycafe.SecretError, pycafe.SecretDenied, pycafe.SecretUnavailable):
        assert f"{error.__module__}.{error.__qualname__}" == f"pycafe.{error.__name__}"


def test_errors_have_a_common_base_and_know_the_name():
    assert issubclass(pycafe.SecretDenied, pycafe.SecretError)
    assert issubclass(pycafe.SecretUnavailable, pycafe.SecretError)
    with pytest.raises(pycafe.SecretError) as caught:
        pycafe.get_secret("DENIED_KEY")
    assert caught.value.name == "DENIED_KEY"


def test_revoked_secret_is_forgotten_at_once():
    pycafe.get_secret("KEY")
    portafilter_runtime.secret_revoked("KEY")
    assert pycafe.get_secret("KEY") == "value of KEY, asked 2 times"
    portafilter_runtime.secret_revoked("NEVER_ASKED_FOR")


@pytest.mark.suspending
def test_secret_revoked_while_it_is_on_its_way_is_not_kept(run):
    got = []
    thread = run(lambda: got.append(pycafe.get_secret("KEY")))
    time.sleep(0)
    while worker.count("KEY") == 0:
        time.sleep(0)
    portafilter_runtime.secret_revoked("KEY")
    thread.join()
    assert got == ["value of KEY, asked 1 times"]
    assert secrets.known("KEY") is None


def test_threads_share_one_question(run):
    got = []
    threads = [run(lambda: got.append(pycafe.get_secret("KEY"))) for _ in range(5)]
    for thread in threads:
        thread.join()
    assert got == ["value of KEY, asked 1 times"] * 5
    assert worker.count("KEY") == 1


def test_threads_share_one_denial(run):
    got = []

    def ask():
        try:
            pycafe.get_secret("DENIED_KEY")
        except pycafe.SecretDenied:
            got.append(1)

    threads = [run(ask) for _ in range(3)]
    for thread in threads:
        thread.join()
    assert got == [1, 1, 1]
    assert worker.count("DENIED_KEY") == 1


def test_failure_of_the_worker_reaches_all_and_is_not_kept(run):
    got = []

    def ask():
        try:
            pycafe.get_secret("BROKEN_KEY")
        except pycafe.SecretUnavailable:
            got.append("unavailable")
        except Exception as error:
            got.append(type(error).__name__)

    threads = [run(ask) for _ in range(2)]
    for thread in threads:
        thread.join()
    assert got == ["unavailable"] * 2
    assert secrets._requests == {}


def test_in_a_coroutine():
    async def main():
        return pycafe.get_secret("KEY")

    assert asyncio.run(main()) == "value of KEY, asked 1 times"


def test_in_a_coroutine_of_a_thread(run):
    async def main():
        got.append((pycafe.get_secret("KEY"), threading.current_thread().name))

    got = []
    thread = run(lambda: asyncio.run(main()))
    thread.join()
    assert got == [("value of KEY, asked 1 times", thread.name)]


def test_in_a_pool():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        values = list(pool.map(pycafe.get_secret, ["A", "B", "A", "B"]))
    assert values == ["value of A, asked 1 times", "value of B, asked 1 times"] * 2


@pytest.mark.suspending
def test_called_straight_from_javascript():
    from js import Function
    from pyodide.ffi import create_proxy

    proxy = create_proxy(lambda: pycafe.get_secret("KEY"))
    try:
        assert Function.new("f", "return f()")(proxy) == "value of KEY, asked 1 times"
    finally:
        proxy.destroy()


def test_values_are_not_shown_in_representations():
    pycafe.get_secret("KEY")
    assert "value of" not in repr(secrets.known("KEY"))
    assert "value of" not in repr(secrets._answers)
