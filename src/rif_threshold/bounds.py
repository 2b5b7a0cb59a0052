"""How large an input may be. Ours, not a source's: no couple comes near, and nothing is built before they are held.

How large a *number* may be (ages, counts) is no matter of form and lies in ``tables/``.
"""

LONGEST_CASE_FILE = 100_000
"""Characters of a case as JSON text, and bytes of one that is unpacked from a check code."""

MOST_ENTRIES = 100
"""Entries of a list (transfers, medicines), and names in a case or in any part of it."""

LONGEST_TEXT = 100
"""Characters of a name, of a text, and of what is repeated of an input in a message."""

MOST_PROBLEMS = 100
"""Problems that are shown; the rest is counted."""

MOST_REASONS = 10
"""Problems whose reasons stand in the text of an exception."""

TRANSFERS_LIMIT = 1_000
"""Beyond this many transfers the answer is "more than 1,000", written as ``TRANSFERS_LIMIT + 1``."""
