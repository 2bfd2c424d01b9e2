import time

import streamlit as st

st.session_state.setdefault("said", [])
for role, text in st.session_state.said:
    with st.chat_message(role):
        st.write(text)


def words(text: str):
    for word in f"You said {text} and I listened closely".split():
        yield word + " "
        time.sleep(0.3)


if prompt := st.chat_input("Say something"):
    with st.chat_message("user"):
        st.write(prompt)
    with st.chat_message("assistant"):
        answer = st.write_stream(words(prompt))
    st.session_state.said += [("user", prompt), ("assistant", answer)]
    st.write(f"Answered in {len(answer.split())} words")
