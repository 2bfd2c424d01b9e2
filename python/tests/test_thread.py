import _thread
import contextvars
import sys
import threading
import time

import pytest


def test_thread_runs_with_its_arguments_and_ends(run):
    seen = []
    thread = threading.Thread(
        target=lambda *a, **k: seen.append((a, k)), args=(1,), kwargs={"b": 2}
    )
    assert not thread.is_alive()
    thread.start()
    assert thread.is_alive()
    thread.join()
    assert not thread.is_alive()
    assert seen == [((1,), {"b": 2})]


def test_start_returns_before_the_body_begins(run):
    begun = []
    thread = run(begun.append, 1)
    assert begun == []
    thread.join()
    assert begun == [1]


def test_threads_begin_in_the_order_of_their_start(run):
    order = []
    threads = [run(order.append, number) for number in range(10)]
    for thread in reversed(threads):
        thread.join()
    assert order == list(range(10))


@pytest.mark.suspending
def test_threads_run_in_turns(run):
    steps = []

    def work(name):
        for number in range(3):
            steps.append(f"{name}{number}")
            time.sleep(0.02)

    threads = [run(work, name) for name in "ab"]
    for thread in threads:
        thread.join()
    assert [step for step in steps if step[0] == "a"] == ["a0", "a1", "a2"]
    assert [step for step in steps if step[0] == "b"] == ["b0", "b1", "b2"]
    # Which of two that slept equally long goes on first is nobody's promise.
    assert steps.index("b0") < steps.index("a2")
    assert steps.index("a0") < steps.index("b2")


@pytest.mark.suspending
def test_join_gives_up_after_its_timeout(run):
    event = threading.Event()
    thread = run(event.wait)
    thread.join(0.02)
    assert thread.is_alive()
    thread.join(0)
    event.set()
    thread.join()
    assert not thread.is_alive()


def test_join_works_any_number_of_times(run):
    thread = run(lambda: None)
    thread.join()
    thread.join()
    thread.join(1)


def test_thread_starts_only_once(run):
    thread = run(lambda: None)
    with pytest.raises(RuntimeError, match="only be started once"):
        thread.start()
    thread.join()
    with pytest.raises(RuntimeError, match="only be started once"):
        thread.start()


def test_thread_that_was_not_started_cannot_be_joined():
    with pytest.raises(RuntimeError, match="before it is started"):
        threading.Thread().join()


def test_thread_cannot_join_itself(run):
    errors = []

    def join():
        try:
            threading.current_thread().join()
        except RuntimeError as error:
            errors.append(str(error))

    run(join).join()
    assert errors == ["cannot join current thread"]


def test_current_thread_is_the_running_one_after_every_wait(run):
    seen = []

    def work():
        me = threading.current_thread()
        for _ in range(3):
            time.sleep(0.005)
            seen.append(threading.current_thread() is me and me.ident == threading.get_ident())

    threads = [run(work) for _ in range(4)]
    for thread in threads:
        thread.join()
        assert threading.current_thread() is threading.main_thread()
    assert seen == [True] * 12


def test_identities_differ(run):
    idents = []
    threads = [run(lambda: idents.append(threading.get_ident())) for _ in range(3)]
    for thread in threads:
        thread.join()
        assert thread.ident == thread.native_id
    assert len({*idents, threading.main_thread().ident}) == 4
    assert threading.get_native_id() == threading.get_ident()


def test_enumerate_and_count_know_the_living(run):
    assert threading.active_count() == 1
    inside = []
    thread = run(lambda: inside.extend(threading.enumerate()))
    assert thread in threading.enumerate()
    thread.join()
    assert inside == [threading.main_thread(), thread]
    assert threading.active_count() == 1


def test_names_and_daemons():
    thread = threading.Thread(target=print, name="worker", daemon=True)
    assert (thread.name, thread.daemon) == ("worker", True)
    assert "initial" in repr(thread)
    assert not threading.Thread().daemon


def test_threads_of_a_daemon_are_daemons(run):
    daemons = []

    def work():
        daemons.append(threading.Thread().daemon)

    parent = threading.Thread(target=work, daemon=True)
    parent.start()
    parent.join()
    assert daemons == [True]


def test_subclass_with_its_own_run():
    class Worker(threading.Thread):
        result = None

        def run(self):
            time.sleep(0.005)
            self.result = 42

    worker = Worker()
    worker.start()
    worker.join()
    assert worker.result == 42


def test_exception_goes_to_the_excepthook_and_no_further(run, monkeypatch):
    caught = []
    monkeypatch.setattr(threading, "excepthook", caught.append)
    thread = run(lambda: 1 / 0)
    thread.join()
    assert caught[0].exc_type is ZeroDivisionError
    assert caught[0].thread is thread
    assert not thread.is_alive()


def test_system_exit_ends_only_the_thread(run, monkeypatch):
    caught = []
    monkeypatch.setattr(threading, "excepthook", lambda args: caught.append(args.exc_type))
    run(sys.exit).join()
    assert caught == [SystemExit]


def test_thread_starts_threads(run):
    order = []

    def outer():
        inner = run(lambda: (time.sleep(0.005), order.append("inner")))
        inner.join()
        order.append("outer")

    run(outer).join()
    assert order == ["inner", "outer"]


def test_start_new_thread():
    done = threading.Event()
    seen = []

    def work(a, b=0):
        seen.append((a, b, _thread.get_ident(), threading.current_thread().daemon))
        done.set()

    ident = _thread.start_new_thread(work, (1,), {"b": 2})
    assert done.wait(5)
    time.sleep(0)
    assert seen == [(1, 2, ident, True)]


def test_start_new_thread_refuses_bad_arguments():
    with pytest.raises(TypeError):
        _thread.start_new_thread(None, ())
    with pytest.raises(TypeError):
        _thread.start_new_thread(print, [])


def test_start_new_thread_reports_exceptions(capsys):
    _thread.start_new_thread(lambda: 1 / 0, ())
    said = ""
    while "ZeroDivisionError" not in said:
        time.sleep(0.001)
        said += capsys.readouterr().err
    assert "Exception ignored in thread started by" in said


def test_context_is_empty_unless_given(run):
    variable = contextvars.ContextVar("variable", default="none")
    variable.set("main")
    seen = []
    run(lambda: seen.append(variable.get())).join()
    given = threading.Thread(
        target=lambda: seen.append(variable.get()), context=contextvars.copy_context()
    )
    given.start()
    given.join()
    assert seen == ["none", "main"]


def test_context_variables_stay_with_their_thread(run):
    variable = contextvars.ContextVar("variable")
    right = []

    def work(number):
        variable.set(number)
        for _ in range(3):
            time.sleep(0.002)
            right.append(variable.get() == number)

    threads = [run(work, number) for number in range(8)]
    for thread in threads:
        thread.join()
    assert right == [True] * 24


def test_exception_being_handled_stays_with_its_thread(run):
    right = []

    def work(number):
        try:
            raise ValueError(number)
        except ValueError:
            time.sleep(0.005)
            right.append(sys.exception().args == (number,))

    threads = [run(work, number) for number in range(5)]
    for thread in threads:
        thread.join()
    assert right == [True] * 5
    assert sys.exception() is None
