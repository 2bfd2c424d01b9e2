import time

import pytest


@pytest.mark.parametrize("seconds", [0, False, 0.02])
def test_sleep_lasts_at_least_as_long(seconds):
    begun = time.monotonic()
    time.sleep(seconds)
    assert time.monotonic() - begun >= seconds


@pytest.mark.parametrize(
    ("value", "error"), [(-1, ValueError), (float("nan"), ValueError), ("1", TypeError)]
)
def test_sleep_refuses(value, error):
    with pytest.raises(error):
        time.sleep(value)


@pytest.mark.suspending
def test_others_run_meanwhile(run):
    done = []
    run(done.append, 1)
    time.sleep(0.02)
    assert done == [1]


def test_polling_for_another_thread_comes_to_an_end(run):
    thread = run(lambda: time.sleep(0.02))
    while thread.is_alive():
        time.sleep(0)
