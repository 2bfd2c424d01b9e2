import streamlit as st


def start() -> None:
    st.title("Welcome")
    st.session_state.name = st.text_input("Your name", st.session_state.get("name", ""))
    if st.button("Go on"):
        st.switch_page(greeting_page)


def greeting() -> None:
    st.title("Greeting")
    st.write(f"Good day, {st.session_state.get('name') or 'stranger'}")


start_page = st.Page(start, title="Start", default=True)
greeting_page = st.Page(greeting, title="Say hello", url_path="hello")
st.navigation([start_page, greeting_page]).run()
