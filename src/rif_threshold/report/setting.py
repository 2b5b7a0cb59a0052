"""Set a page: the same plain strings through a typst template (PDF) or a jinja2 template (HTML), all in memory.

Whatever was typed reaches a template as data. In typst it arrives as JSON and is shown as text; in HTML it is
escaped. No template reads a file, a package or an address.
"""

import datetime
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rif_threshold.report.fonts import folders
from rif_threshold.report.letters import NoFont
from rif_threshold.report.marked import said

_TEMPLATES = Path(__file__).parent / "templates"
_LACKING = re.compile(r'the text `"(.+)"` could not be displayed', re.DOTALL)
_CODE_POINT = re.compile(r"\\u\{([0-9a-f]+)\}")


def pdf(template: str, content: Mapping[str, Any], date: datetime.date, *, own_fonts: bool) -> bytes:
    """Set a page as tagged PDF (PDF/UA-1) with embedded fonts and selectable text.

    Args:
        template: the name of a file in ``templates/``.
        content: plain data.
        date: written into the file, so that the same input gives the same bytes.
        own_fonts: use the fonts that come with typst or as Python packages, and those of the system only for letters
            that these lack; else look for everything in all of them.

    Raises:
        NoFont: where no font has a letter of it.
    """
    letter = ""
    for only_own in (True, False) if own_fonts else (False,):
        try:
            return _compiled(template, content, date, only_own=only_own)
        except typst.TypstError as error:
            # PDF/UA refuses a letter that cannot be shown, also within a picture. Anything else is a fault of ours.
            if not (found := _LACKING.search(str(error))):
                raise
            letter = _CODE_POINT.sub(lambda code: chr(int(code[1], 16)), found[1])
    raise NoFont(letter)


def check_letters(picture: str) -> None:
    """Raise `NoFont` where an SVG picture has a letter that no font on this machine has."""
    pdf("letters.typ", {"picture": picture}, datetime.date(2000, 1, 1), own_fonts=False)


def _compiled(template: str, content: Mapping[str, Any], date: datetime.date, *, only_own: bool) -> bytes:
    midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.UTC)
    made = _compiler(only_own).compile(
        (_TEMPLATES / template).read_bytes(),
        format="pdf",
        sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=midnight,
    )
    assert isinstance(made, bytes)  # noqa: S101 - a list only for formats of one file a page
    return made


def html(template: str, content: Mapping[str, Any]) -> str:
    """Set a page as one HTML file that refers to nothing outside itself."""
    return _environment().get_template(template).render(content)


@cache
def _compiler(own_fonts: bool) -> typst.Compiler:
    paths: Any = list(folders())
    return typst.Compiler(b"", root=_TEMPLATES, font_paths=paths, ignore_system_fonts=own_fonts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["said"] = said
    environment.filters["drawing"] = Markup
    return environment
