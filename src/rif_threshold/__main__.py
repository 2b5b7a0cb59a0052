"""``rif-threshold`` and ``python -m rif_threshold``: the command line."""

import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it quietly, also while it is still loading."""
    try:
        from rif_threshold.cli import cli  # noqa: PLC0415 - so that an interrupt is caught here

        cli()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
