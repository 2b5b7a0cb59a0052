"""The page: what a clinician works in, and what a couple is shown. The only part that knows Streamlit."""
