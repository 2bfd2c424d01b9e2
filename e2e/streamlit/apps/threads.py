import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import streamlit as st

if st.button("Thread"):
    squares: list[int] = []

    def work(number: int) -> None:
        time.sleep(0.2)
        squares.append(number * number)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    st.write("Squares:", str(sorted(squares)))

if st.button("Event"):
    ready = threading.Event()

    def prepare() -> None:
        time.sleep(0.3)
        ready.set()

    st.write("Ready at once:", str(ready.wait(0.01)))
    threading.Thread(target=prepare).start()
    st.write("Ready in time:", str(ready.wait(30)))

if st.button("Queue"):
    jobs: queue.Queue[int | None] = queue.Queue(maxsize=2)
    seen: list[int] = []

    def consume() -> None:
        while (job := jobs.get()) is not None:
            time.sleep(0.05)
            seen.append(job)

    consumer = threading.Thread(target=consume)
    consumer.start()
    for number in [*range(6), None]:
        jobs.put(number)
    consumer.join()
    st.write("Consumed:", str(seen))

if st.button("Pool"):

    def double(number: int) -> int:
        time.sleep(0.1)
        return number * 2

    with ThreadPoolExecutor(max_workers=3) as pool:
        st.write("Mapped:", str(list(pool.map(double, range(6)))))
        futures = [pool.submit(double, number) for number in (10, 20)]
        st.write("Submitted:", str(sorted(future.result() for future in as_completed(futures))))

if st.button("Timer"):
    rung = threading.Event()
    started = time.monotonic()
    bell = threading.Timer(0.5, rung.set)
    bell.start()
    silent = threading.Timer(0.2, lambda: st.write("This must not be seen"))
    silent.start()
    silent.cancel()
    st.write("Rung:", str(rung.wait(30)), "not too early:", str(time.monotonic() - started >= 0.5))
