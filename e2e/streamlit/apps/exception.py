import streamlit as st


def divide(numerator: int, denominator: int) -> float:
    return numerator / denominator


st.write("Before")
divisor = st.number_input("Divisor", value=0)
st.write("Result:", str(divide(10, divisor)))
