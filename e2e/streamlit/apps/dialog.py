import streamlit as st


@st.dialog("Cast your vote")
def vote(thing: str) -> None:
    st.write(f"Why is {thing} your favourite?")
    reason = st.text_input("Because")
    if st.button("Submit"):
        st.session_state.vote = f"{thing}, because {reason}"
        st.rerun()


if "vote" in st.session_state:
    st.write("You voted for", st.session_state.vote)
elif st.button("Vote for tea"):
    vote("tea")
