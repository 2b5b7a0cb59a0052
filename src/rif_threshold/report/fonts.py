"""The font a language is set in: named in the head of its catalogue, taken from a package, never from this one."""

from functools import cache
from importlib.metadata import entry_points

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.report.words import Words

LATIN = "Libertinus Serif"
"""Comes with typst, and has the letters of the languages whose catalogue names no font."""


@cache
def folders() -> tuple[str, ...]:
    """Where the fonts lie that come as Python packages (``rif-threshold[fonts]``), whichever are installed."""
    return tuple(str(each.load().ROOT / "files") for each in entry_points(group="fontpkg.family"))


@cache
def _families() -> frozenset[str]:
    import typst  # noqa: PLC0415 - the page shows a sheet without it

    return frozenset(typst.Fonts(font_paths=list(folders())).families())


def families(words: Words) -> tuple[str, ...]:
    """The fonts of a language, the first for its own letters."""
    return (words.catalogue.font, LATIN) if words.catalogue.font else (LATIN,)


def lacking(words: Words) -> str:
    """The font of a language, where this machine lacks it; that of the others comes with typst."""
    font = words.catalogue.font
    return font if font and font not in _families() else ""


def check_font(words: Words) -> None:
    """Raise `InvalidInput` with what to install, where this machine lacks the font of a language."""
    if missing := lacking(words):
        name = words.locale.get_display_name("en")
        allowed = (
            f"a PDF in {name} is set in {missing}, which this machine lacks: install {words.catalogue.font_from}, or"
            " take sheet.html, which is shown in the fonts of whoever opens it"
        )
        raise InvalidInput((Problem("language", words.language, allowed, "no_font"),))
