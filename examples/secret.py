import streamlit as st
import pycafe

value = pycafe.get_secret("SUPER_SECRET_API_KEY")
st.write(value)
