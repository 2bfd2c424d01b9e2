import sys

import streamlit as st

st.write({"quay": "north"}, [1, "two"], 7, None)
st.write("Loaded:", str([name for name in ("numpy", "pandas", "pyarrow") if name in sys.modules]))
