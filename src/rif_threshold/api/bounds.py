"""How much one request may ask, and for how long. Ours: no honest request comes near."""

from rif_threshold.bounds import LONGEST_CASE_FILE, MOST_ENTRIES

LONGEST_BODY = LONGEST_CASE_FILE
"""Bytes of a body."""

LONGEST_BODY_READ = 20 * LONGEST_BODY
"""Bytes of a longer one that are read and dropped, so that whoever sends it reads why it is refused."""

LONGEST_HEAD = 16_384
"""Bytes of the line and headers of a request."""

MOST_ROWS = 5_000
"""Chances, or pairs of counts, in one request."""

MOST_PARTS = MOST_ENTRIES
"""Names in ``include``."""

HEAD_SECONDS = 10
"""For the line and headers of a request, from when a connection is ready for it, and for its body once more."""

TAKING_SECONDS = 20
"""For an answer to be taken, of which more is waiting than a connection holds."""

STOP_SECONDS = 10
"""For what is under way when the server is told to stop."""

THREADS = 2
"""Which reckon. More would wait for each other, and keep the probe waiting too."""

MOST_WAITING = 256
"""Requests that reckon or wait for it; who comes then is asked to come again."""

MOST_CONNECTIONS = 500
"""Open at once; one more is closed unread."""
