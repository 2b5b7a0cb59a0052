"""Set a page: the same plain strings through a typst template (PDF) or a jinja2 template (HTML), all in memory.

Whatever was typed reaches a template as data. In typst it arrives as JSON and is shown as text; in HTML it is
escaped. No template reads a file, a package or an address.
"""

import datetime
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

_TEMPLATES = Path(__file__).parent / "templates"


def pdf(template: str, content: Mapping[str, Any], date: datetime.date, *, own_fonts: bool) -> bytes:
    """Set a page as tagged PDF (PDF/UA-1) with embedded fonts and selectable text.

    Args:
        template: the name of a file in ``templates/``.
        content: plain data.
        date: written into the file, so that the same input gives the same bytes.
        own_fonts: use only the fonts that come with typst; else look for missing letters in the system's.
    """
    midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.UTC)
    made = _compiler(own_fonts).compile(
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
    return typst.Compiler(b"", root=_TEMPLATES, ignore_system_fonts=own_fonts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["bold"] = _bold
    environment.filters["drawing"] = Markup
    return environment


def _bold(text: str) -> Markup:
    """Words between stars in bold, everything escaped."""
    parts = text.split("*")
    return Markup().join(
        Markup("<strong>{}</strong>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )
