"""How an answer shows itself in a notebook.

Its words lie above it, and nothing imports upward. So the package, which stands above all layers and is always loaded
first, puts the way to them in here.
"""

from collections.abc import Callable
from typing import Any

show: Callable[[Any], str] | None = None
"""Turns an `Assessment` into HTML."""
