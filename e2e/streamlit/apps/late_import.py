import importlib
import threading
import time

import streamlit as st

rung = threading.Event()
threading.Timer(2, rung.set).start()
threading.Timer(600, rung.clear).start()
sleeper = threading.Thread(target=time.sleep, args=(3,))
sleeper.start()

time.sleep(0.5)
# Named by a string: what an import statement names is loaded before the app starts.
pandas = importlib.import_module("pandas")
st.write("Sum:", str(int(pandas.Series([1, 2, 3]).sum())))

sleeper.join()
st.write("Rung:", str(rung.wait(30)))
