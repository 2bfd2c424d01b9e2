import streamlit as st

if st.button("Greet"):
    st.write("Hello there")

loud = st.checkbox("Loud")
st.write("Volume:", "high" if loud else "low")

size = st.radio("Size", ["Small", "Medium", "Large"])
st.write("Size:", size)

fruit = st.selectbox("Fruit", ["Apple", "Banana", "Cherry"])
st.write("Fruit:", fruit)

toppings = st.multiselect("Toppings", ["Nuts", "Syrup", "Cream"])
st.write("Toppings:", ", ".join(toppings) or "none")

level = st.slider("Level", 0, 10, 3)
st.write("Level:", str(level))
