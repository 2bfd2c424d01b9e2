import base64
import hashlib
from importlib.metadata import files, version

import streamlit as st

st.write("Streamlit", version("streamlit"))

if st.button("Compare"):
    modules = [file for file in files("streamlit") or [] if file.suffix == ".py"]
    changed = [
        str(file)
        for file in modules
        if file.hash is None
        or base64.urlsafe_b64encode(hashlib.sha256(file.read_binary()).digest())
        != f"{file.hash.value}=".encode()
    ]
    st.write(f"More than 300 modules: {len(modules) > 300}")
    st.write(f"Changed: {changed}")
