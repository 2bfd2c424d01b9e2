import streamlit as st

st.title("Harbour")
st.header("Tides", divider="blue")
st.subheader("High water")
st.markdown("Water rises **twice** a day; read [the table](https://example.test/tides).")
st.code("depth = chart + tide", language="python")
st.metric("Depth", "4.2 m", "0.3 m")
st.caption("Measured at the pier")
st.write("Boats:", 7)
