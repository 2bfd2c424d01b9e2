import itertools
import time

import requests
import streamlit as st

place = st.empty()
for step in itertools.count():
    place.write(f"step {step}")
    if requests.get("https://api.openai.com/v1/go").json() == "go":
        break
    time.sleep(0.2)
st.write("arrived")
