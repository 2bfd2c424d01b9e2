import pycafe
import streamlit as st

st.write("first is", pycafe.get_secret("FIRST"))
st.write("second is", pycafe.get_secret("SECOND"))
if st.button("Once more"):
    st.write("both again:", pycafe.get_secret("FIRST"), pycafe.get_secret("SECOND"))
