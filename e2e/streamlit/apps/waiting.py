import time

import streamlit as st

if st.button("Load"):
    bar = st.progress(0, "Nothing yet")
    for step in range(1, 5):
        time.sleep(0.7)
        bar.progress(step * 25, f"Step {step} of 4")
    st.write("All steps taken")

if st.button("Think"):
    with st.spinner("Thinking hard"):
        time.sleep(1.5)
    st.write("Thought")

if st.button("Install"):
    with st.status("Installing") as status:
        st.write("Unpacking")
        time.sleep(1.5)
        status.update(label="Installed", state="complete")

if st.button("Notify"):
    st.toast("Your tea is ready")
