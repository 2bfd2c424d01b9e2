import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pycafe
import streamlit as st

st.write("before the question")
pycafe.get_secret("GO_ON")

names = []
thread = threading.Thread(target=lambda: names.append(threading.current_thread().name), name="worker")
thread.start()
thread.join()
st.write("joined:", *names)

with ThreadPoolExecutor(2) as pool:
    st.write("pool:", " ".join(str(square) for square in pool.map(lambda x: x * x, range(4))))

letters = queue.Queue()


def produce():
    for letter in "abc":
        time.sleep(0.01)
        letters.put(letter)


threading.Thread(target=produce).start()
st.write("queue:", " ".join(letters.get() for _ in range(3)))

rang = threading.Event()
threading.Timer(0.05, rang.set).start()
rang.wait()
st.write("timer: rang")
