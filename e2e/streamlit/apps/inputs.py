import datetime

import streamlit as st

name = st.text_input("Name")
st.write("Name:", name or "nobody")

count = st.number_input("Count", min_value=0, max_value=10, value=2)
st.write("Doubled:", str(count * 2))

day = st.date_input("Day", datetime.date(2026, 3, 14))
st.write("Weekday:", day.strftime("%A"))

with st.form("order"):
    dish = st.text_input("Dish")
    hot = st.checkbox("Hot")
    if st.form_submit_button("Order"):
        st.write(f"Ordered {dish}, {'hot' if hot else 'mild'}")
st.write("The kitchen knows of", dish or "nothing")
