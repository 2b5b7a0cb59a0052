"""A clinic's register: one row a transfer, read through a mapping, checked, counted and decided.

`reading` turns a file into one table of normalised rows; it needs the extra ``rif-threshold[register]``, and nothing
of it is loaded before it is used.
"""
