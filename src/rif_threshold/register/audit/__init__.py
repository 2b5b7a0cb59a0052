"""The audit of a clinic's cases: what happened by rank, what four definitions said, and what of it may be shown.

The engine counts how many couples have which history; there are few different ones. Everything else is reckoned from
those counts, each distinct run decided once by the functions that judge a single case.
"""
