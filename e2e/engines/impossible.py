import threading

import js
import streamlit as st
from pyodide.ffi import can_run_sync, run_sync

st.write("can suspend:", can_run_sync())
try:
    threading.Event().wait()
except RuntimeError as error:
    st.write("event:", str(error))
try:
    run_sync(js.fetch("/"))
except RuntimeError as error:
    st.write("promise:", str(error))
st.write("went on")
