import itertools

import streamlit as st


@st.cache_resource
def counter() -> itertools.count:
    return itertools.count(1)


@st.cache_data
def square(number: int) -> tuple[int, int]:
    return number * number, next(counter())


number = st.number_input("Number", value=3)
result, call = square(number)
st.write(f"{result} was computed by call {call}")

st.button("Run again")
st.session_state.runs = st.session_state.get("runs", 0) + 1
st.write(f"Run {st.session_state.runs}")

if st.button("Forget"):
    square.clear()
    st.rerun()
