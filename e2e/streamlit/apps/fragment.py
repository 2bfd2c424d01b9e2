import streamlit as st

st.session_state.setdefault("whole", 0)
st.session_state.setdefault("part", 0)
st.session_state.setdefault("ticks", 0)
st.session_state.whole += 1
st.write(f"Whole script: {st.session_state.whole}")


@st.fragment
def part() -> None:
    st.session_state.part += 1
    st.button("Only this part")
    st.write(f"Part: {st.session_state.part}")


@st.fragment(run_every=0.5)
def clock() -> None:
    st.session_state.ticks += 1
    st.write(f"Ticks: {st.session_state.ticks}")


part()
clock()
