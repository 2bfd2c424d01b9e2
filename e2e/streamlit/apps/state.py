import streamlit as st

st.session_state.setdefault("count", 0)


def add(step: int) -> None:
    st.session_state.count += step


st.button("Add five", on_click=add, args=(5,))
st.write("Count:", str(st.session_state.count))


def shout() -> None:
    st.session_state.said = st.session_state.word.upper()


st.text_input("Word", key="word", on_change=shout)
st.write("Said:", st.session_state.get("said", "nothing"))

if st.button("Run again"):
    st.session_state.count = 100
    st.rerun()

if st.checkbox("Stop here"):
    st.write("Stopped")
    st.stop()
st.write("The end")
