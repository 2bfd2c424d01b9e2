import streamlit as st

rows = {"city": ["Oslo", "Rome"], "degrees": [4, 16]}

match st.radio("Show", ["nothing", "table", "dataframe", "chart"]):
    case "table":
        st.table(rows)
    case "dataframe":
        st.dataframe(rows)
    case "chart":
        st.line_chart(rows, x="city", y="degrees")
st.write("Still here")
