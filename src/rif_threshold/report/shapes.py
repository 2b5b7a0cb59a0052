"""Small drawings as SVG text: the icon array of 100, the shapes of the three grades, the code as a QR picture.

Each tells its meaning by shape as well as by shade, so that it survives a grey printer.
"""

import io
from decimal import ROUND_FLOOR, Decimal

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


def icon_array(first: int, label: str) -> str:
    """Ten rows of ten: filled circles for the first count, small empty squares for the rest."""
    marks = []
    for place in range(100):
        x, y = 20 * (place % 10) + 10, 20 * (place // 10) + 10
        if place < first:
            marks.append(f'<circle cx="{x}" cy="{y}" r="7.6" fill="{INK}"/>')
        else:
            marks.append(
                f'<rect x="{x - 5.5}" y="{y - 5.5}" width="11" height="11" fill="none" stroke="{GREY}"'
                ' stroke-width="1.6"/>'
            )
    return _SVG.format(wide=200, high=200, label=_escaped(label), inside="".join(marks))


_GRADES = {
    Grade.RECOMMENDED: f'<circle cx="10" cy="10" r="8" fill="{INK}"/>',
    Grade.CAN_BE_CONSIDERED: f'<path d="M10 1.5 18.5 10 10 18.5 1.5 10Z" fill="none" stroke="{INK}" stroke-width="2"/>',
    Grade.NOT_RECOMMENDED: '<path d="M4 4 16 16M16 4 4 16" fill="none" stroke="#111827" stroke-width="2.6"/>',
}


def grade_shape(grade: Grade, label: str) -> str:
    """The shape of a grade: a filled circle, an empty diamond, a cross."""
    return _SVG.format(wide=20, high=20, label=_escaped(label), inside=_GRADES[grade])


def mark(filled: bool) -> str:
    """One icon of the array, for its legend."""
    inside = (
        f'<circle cx="10" cy="10" r="7.6" fill="{INK}"/>'
        if filled
        else f'<rect x="4.5" y="4.5" width="11" height="11" fill="none" stroke="{GREY}" stroke-width="1.6"/>'
    )
    return _SVG.format(wide=20, high=20, label="", inside=inside)


def qr(text: str, label: str) -> str:
    """A text as a QR picture with its quiet zone."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture, kind="svg", border=2, xmldecl=False, svgns=True, nl=False, title=None, omitsize=True
    )
    return picture.getvalue().decode().replace("<svg ", f'<svg role="img" aria-label="{_escaped(label)}" ', 1)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
