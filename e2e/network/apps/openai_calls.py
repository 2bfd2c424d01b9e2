import asyncio

import openai
import streamlit as st
from openai import AsyncOpenAI, OpenAI

question = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "How cool?"}]}
st.text(f"openai {openai.__version__}")

client = OpenAI(api_key="sk-sync")
answer = client.chat.completions.create(**question)
st.text(f"Sync: {answer.choices[0].message.content}")


async def ask() -> str | None:
    async with AsyncOpenAI(api_key="sk-async") as client:
        answers = await asyncio.gather(
            *(client.chat.completions.create(**question) for _ in range(2))
        )
        return " ".join(answer.choices[0].message.content or "" for answer in answers)


st.text(f"Async: {asyncio.run(ask())}")

with st.chat_message("assistant"):
    st.write_stream(client.chat.completions.create(**question, stream=True))


async def listen() -> str:
    async with AsyncOpenAI(api_key="sk-async-stream") as client:
        stream = await client.chat.completions.create(**question, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


st.text(f"Async stream: {asyncio.run(listen())}")

try:
    OpenAI(api_key="sk-wrong").chat.completions.create(**question)
except openai.AuthenticationError as error:
    st.text(f"Wrong key: {error}")

elsewhere = OpenAI(api_key="sk-x", base_url="https://closed.test/v1", max_retries=0)
try:
    elsewhere.chat.completions.create(**question)
except openai.APIConnectionError as error:
    st.text(f"Elsewhere: {error}")
