"""Small drawings as SVG text: the icon array of 100, the shapes of the three grades, the code as a QR picture.

Each tells its meaning by shape as well as by shade, so that it survives a grey printer.
"""

import io
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

import segno

from rif_threshold.vocabulary import Grade

INK = "#1d4f63"
GREY = "#6b7280"
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" aria-label="{label}">{inside}</svg>'
)


def of_100(percent: float) -> tuple[int, int]:
    """A percentage as whole counts of 100 by largest remainder; neither is 0, because neither is certain.

    >>> of_100(69.851), of_100(50.5), of_100(99.97), of_100(0.2)
    ((70, 30), (51, 49), (99, 1), (1, 99))
    """
    exact = Decimal(repr(percent))
    whole = exact.to_integral_value(ROUND_FLOOR)
    # Two remainders share one place: it goes to the larger, and to the first where they are equal.
    first = int(whole) + (exact - whole >= Decimal("0.5"))
    first = min(max(first, 1), 99)
    return first, 100 - first


class Icon(StrEnum):
    """One of 100 couples: a pregnancy has started, it cannot be said, or it has not."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


_ICONS = {
    Icon.YES: f'<circle cx="{{x}}" cy="{{y}}" r="7.6" fill="{INK}"/>',
    Icon.MAYBE: f'<circle cx="{{x}}" cy="{{y}}" r="6.8" fill="none" stroke="{INK}" stroke-width="1.6"/>',
    Icon.NO: '<rect x="{left}" y="{top}" width="11" height="11" fill="none" stroke="' + GREY + '" stroke-width="1.6"/>',
}


def _icon(icon: Icon, x: int, y: int) -> str:
    return _ICONS[icon].format(x=x, y=y, left=x - 5.5, top=y - 5.5)


def icon_array(first: int, label: str, maybe: int = 0, direction: str = "ltr") -> str:
    """Ten rows of ten: filled circles, then empty ones for what cannot be said, small empty squares for the rest.

    They fill the rows in the direction of writing: from the right where that is ``rtl``.
    """
    icons = [Icon.YES] * first + [Icon.MAYBE] * maybe + [Icon.NO] * (100 - first - maybe)
    across = [20 * column + 10 for column in range(10)][:: -1 if direction == "rtl" else 1]
    marks = (_icon(icon, across[place % 10], 20 * (place // 10) + 10) for place, icon in enumerate(icons))
    return _SVG.format(wide=200, high=200, label=_escaped(label), inside="".join(marks))


_GRADES = {
    Grade.RECOMMENDED: f'<path d="M10 1.5 18.5 10 10 18.5 1.5 10Z" fill="{INK}" stroke="{INK}" stroke-width="2"/>',
    Grade.CAN_BE_CONSIDERED: f'<path d="M10 1.5 18.5 10 10 18.5 1.5 10Z" fill="none" stroke="{INK}" stroke-width="2"/>',
    Grade.NOT_RECOMMENDED: '<path d="M4 4 16 16M16 4 4 16" fill="none" stroke="#111827" stroke-width="2.6"/>',
}


def grade_shape(grade: Grade, label: str) -> str:
    """The shape of a grade: a filled diamond, an empty one, a cross."""
    return _SVG.format(wide=20, high=20, label=_escaped(label), inside=_GRADES[grade])


def mark(icon: Icon) -> str:
    """One icon of the array, for its legend."""
    return _SVG.format(wide=20, high=20, label="", inside=_icon(icon, 10, 10))


def qr(text: str, label: str) -> str:
    """A text as a QR picture with its quiet zone."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture, kind="svg", border=2, xmldecl=False, svgns=True, nl=False, title=None, omitsize=True
    )
    return picture.getvalue().decode().replace("<svg ", f'<svg role="img" aria-label="{_escaped(label)}" ', 1)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
