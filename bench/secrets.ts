/** Times `get_secret` inside Python. The clock of a worker ticks every 0.1 ms, so repeated calls are averaged. */
export const secretTimes = `
import time
import streamlit as st
import pycafe

begin = time.perf_counter()
pycafe.get_secret("BENCH_KEY")
first = time.perf_counter() - begin
begin = time.perf_counter()
for _ in range(1000):
    pycafe.get_secret("BENCH_KEY")
again = (time.perf_counter() - begin) / 1000
st.write(f"first {first * 1000:.3f} again {again * 1000:.5f}")
`;

/** Reads the two numbers, in milliseconds, off what the program wrote. */
export function readSecretTimes(text: string): { first: number; again: number } {
  const [, first, again] = /first ([\d.]+) again ([\d.]+)/.exec(text) ?? [];
  if (first === undefined || again === undefined) throw new Error(`No times in: ${text}`);
  return { first: Number(first), again: Number(again) };
}
