import importlib
import threading
import time

import streamlit as st

rung = threading.Event()
threading.Timer(2, rung.set).start()
threading.Timer(600, rung.set).start()
st.write("Waiting")
time.sleep(0.5)
pandas = importlib.import_module("pandas")
st.write("Sum:", str(int(pandas.Series([1, 2, 3]).sum())))
st.write("Rung:", str(rung.wait(30)))
