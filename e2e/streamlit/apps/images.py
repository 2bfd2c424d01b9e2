import matplotlib.pyplot as plt
import numpy as np
import streamlit as st

pixels = np.zeros((40, 60, 3), dtype=np.uint8)
pixels[:, :30] = (255, 0, 0)
pixels[:, 30:] = (0, 0, 255)
st.image(pixels, caption="Red and blue", output_format="PNG")

figure, axes = plt.subplots(figsize=(4, 2))
axes.plot([1, 2, 3], [1, 4, 9])
axes.set_title("Squares")
st.pyplot(figure)
st.write("Drawn")
