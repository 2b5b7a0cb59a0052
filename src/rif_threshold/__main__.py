"""``python -m rif_threshold`` is the command line."""

from rif_threshold.cli import main

main()
