"""Text as Streamlit shows it: nothing that was typed is ever taken for markup."""

import re
from collections.abc import Iterable, Sequence

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(text: str) -> str:
    r"""Text that is shown as it is, with nothing in it taken for markup.

    >>> print(escaped("[x](y)"))
    \[x\]\(y\)
    """
    return _PUNCTUATION.sub(r"\\\1", text)


def literal(text: str) -> str:
    """What was typed, set apart as it is: neither markup nor a link.

    >>> literal("http://x.y `z`")
    "`http://x.y 'z'`"
    """
    return f"`{text.replace('`', chr(39))}`"


def statement(text: str) -> str:
    """A statement with the word before its colon in bold: ``Now: ...``, ``Not yet: ...``."""
    word, colon, rest = text.partition(":")
    return f"**{word}{colon}**{rest}" if colon else text


def bold_numbers(text: str) -> str:
    """Text with its whole numbers in bold."""
    return re.sub(r"(?<![\d.,])(\d+(?:,\d{3})*)(?![\d.]|\s*%)", r"**\1**", text)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""A small table as markdown. Cells are markdown; what was typed has to come through `escaped`.

    >>> print(markdown_table(["a"], [["1"]]))
    | a |
    | --- |
    | 1 |
    """
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def unbroken(text: str) -> str:
    """Text that stays on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
