"""The page before anything is typed."""

from collections.abc import Callable
from typing import Any


def test_first_page_is_ours_alone(visitor: Callable[..., Any]) -> None:
    visit = visitor().open()
    visit.accessible()
    assert visit.requests
