import streamlit as st

file = st.file_uploader("Letter", type="txt")
if file is not None:
    text = file.getvalue().decode()
    st.write(f"{file.name} has {len(text)} characters")
    st.write("It begins:", text.split("\n")[0])
    st.download_button("Take it louder", text.upper(), f"größer {file.name}", "text/plain")
