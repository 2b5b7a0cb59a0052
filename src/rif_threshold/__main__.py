"""``rif-threshold`` and ``python -m rif_threshold``: the command line."""

import gc
import os
import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it quietly, also while it is still loading."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for some reads all that is installed
    gc.disable()  # what is loaded now stays; once a command is loaded, it is collected again
    try:
        from rif_threshold.cli import cli  # noqa: PLC0415 - so that an interrupt is caught here

        cli()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
