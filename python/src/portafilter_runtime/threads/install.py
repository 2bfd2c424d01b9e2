"""Puts the emulation in the place of CPython's threads. Must come before libraries that copy the names."""

import _queue
import _thread
import asyncio
import gc
import queue
import sys
import threading
import time
from typing import Any

import pyodide.ffi
import pyodide.webloop
from pyodide.webloop import WebLoop

from .. import blocking, collector, inline
from ..frameworks import streamlit_data
from ..imports import httpx_fetch, openai_errors, urllib_fetch
from ..imports.adapt import Adapter
from ..imports.lazy import LockFinder
from . import anyio_workers, identity, lock, loop, start, timer
from .local import local


def install() -> None:
    """Replaces the primitives; what CPython builds on them in Python is left as it is."""
    _replace(
        _thread,
        allocate=lock.Lock,
        allocate_lock=lock.Lock,
        lock=lock.Lock,
        LockType=lock.Lock,
        RLock=threading._PyRLock,  # type: ignore[attr-defined]
        get_ident=identity.get_ident,
        get_native_id=identity.get_ident,
        start_new=start.start_new_thread,
        start_new_thread=start.start_new_thread,
        start_joinable_thread=start.start_joinable_thread,
        _ThreadHandle=start.ThreadHandle,
        _make_thread_handle=start.ThreadHandle,
        _local=local,
    )
    _replace(
        threading,
        Lock=lock.Lock,
        _LockType=lock.Lock,
        _allocate_lock=lock.Lock,
        _CRLock=None,
        get_ident=identity.get_ident,
        get_native_id=identity.get_ident,
        _start_joinable_thread=start.start_joinable_thread,
        _ThreadHandle=start.ThreadHandle,
        _make_thread_handle=start.ThreadHandle,
        local=local,
        TIMEOUT_MAX=lock.TIMEOUT_MAX,
        _thread_local_info=local(),
        Timer=timer.Timer,
    )
    threading.main_thread()._os_thread_handle = start.ThreadHandle(identity.MAIN)  # type: ignore[attr-defined]
    threading.Thread.native_id = property(lambda thread: thread.ident)  # type: ignore[assignment]
    simple_queue: Any = queue._PySimpleQueue  # type: ignore[attr-defined]
    _replace(queue, SimpleQueue=simple_queue)
    _replace(_queue, SimpleQueue=simple_queue)
    _replace(time, sleep=blocking.sleep)
    _replace(
        gc,
        enable=collector.enable,
        disable=collector.disable,
        isenabled=collector.isenabled,
        collect=collector.collect,
    )
    _install_loops()
    _install_pools()
    adaptations = {
        "anyio._backends._asyncio": anyio_workers.adapt,
        "anthropic._exceptions": openai_errors.adapt,
        "httpx._transports.jsfetch": httpx_fetch.adapt,
        "openai._exceptions": openai_errors.adapt,
        "streamlit.dataframe_util": streamlit_data.adapt,
        "urllib.request": urllib_fetch.adapt,
    }
    sys.meta_path.insert(0, Adapter(adaptations))
    sys.meta_path.append(LockFinder())


def _install_loops() -> None:
    for module in (pyodide.ffi, pyodide.webloop):
        _replace(module, run_sync=blocking.run_sync, can_run_sync=blocking.can_suspend)
    _replace(WebLoop, call_later=inline.call_later)
    _replace(asyncio, run=loop.run, get_event_loop=loop.get_event_loop)
    _replace(asyncio.events, get_event_loop=loop.get_event_loop)
    asyncio.events._set_event_loop_policy(loop.Policy())


def _install_pools() -> None:
    # Imports queue.SimpleQueue and threading.Lock by name, so it must come after their replacement.
    from concurrent.futures import ThreadPoolExecutor

    from . import pool

    _replace(
        ThreadPoolExecutor,
        _adjust_thread_count=pool.adjust_thread_count,
        shutdown=pool.shutdown,
    )
    _replace(
        WebLoop,
        run_in_executor=pool.run_in_executor,
        set_default_executor=pool.set_default_executor,
    )


def _replace(target: Any, **names: Any) -> None:
    for name, value in names.items():
        setattr(target, name, value)
