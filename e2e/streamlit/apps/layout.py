import streamlit as st

left, right = st.columns(2)
left.write("Left hand")
right.write("Right hand")

first, second = st.tabs(["Cats", "Dogs"])
first.write("Cats purr")
second.write("Dogs bark")

with st.expander("Small print"):
    st.write("Nothing is owed")

with st.sidebar:
    st.write("At the side")
    if st.button("Side button"):
        st.write("Pressed at the side")
