"""Chance and threshold."""

import streamlit as st

st.title("Chance and threshold")
st.text_input("Age", value=None, key="oocyte_age_years", persist_state="session")
