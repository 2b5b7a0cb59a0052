"""The curve as files: CSV for a spreadsheet, SVG and PNG for a slide. Made here, with no network."""

import csv
import io
from typing import TYPE_CHECKING, Any

from rif_threshold.assessment import Assessment
from rif_threshold.pair import Pair
from rif_threshold.vocabulary import ThresholdState
from rif_threshold.wording import transfer_state, word

if TYPE_CHECKING:
    from rif_threshold.charts.specification import Specification

_COLUMNS = (
    "route", "label", "primary", "transfer", "state", "per_transfer_percent", "cumulative_percent",
    "above_threshold", "threshold_percent", "cumulative_percent_lowest", "cumulative_percent_highest",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_WIDE, _HIGH = 760, 400
_COLOURS = ("#1d4f63", "#7a5195", "#4a7fb5", "#4b4b4b", "#9a7bb5", "#6f93a3")
"""None of them red, amber or green: those belong to the grades."""
SANS = "DejaVu Sans, Liberation Sans, Arial, sans-serif"


def curve_csv(assessment: Assessment) -> str:
    """One row for each route and transfer, numbers unrounded, text that no spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    threshold = float(assessment.rule.percent)
    for estimate in assessment.estimates:
        curve = (estimate.cumulative_percent, estimate.cumulative_percent_lowest, estimate.cumulative_percent_highest)
        steps = zip(estimate.transfer_percents, *curve, strict=True)
        for number, (percent, cumulative, *ends) in enumerate(steps, start=1):
            writer.writerow(
                (
                    harmless(estimate.route),
                    harmless(estimate.label),
                    "yes" if estimate.route == assessment.primary_route else "no",
                    number,
                    transfer_state(number, estimate.failed_transfers),
                    "" if percent is None else repr(percent),
                    "" if cumulative is None else repr(cumulative),
                    _above(estimate.total, number),
                    repr(threshold),
                    *map(repr, ends),
                )
            )
    return out.getvalue()


def _above(total: Pair[int | None], number: int) -> str:
    """Whether the line is crossed by then: by both ends, by neither, or it cannot be said."""
    above = total.each(lambda end: end is not None and number >= end)
    return {True: "yes", False: "no", None: word(ThresholdState.CANNOT_BE_SAID)}[above.agreed]


def harmless(text: str) -> str:
    """A text that a spreadsheet shows and does not compute: an apostrophe before what could begin a formula.

    >>> harmless("=1+1"), harmless(" @x"), harmless("age_table")
    ("'=1+1", "' @x", 'age_table')
    """
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def curve_svg(assessment: Assessment, *, wide: int = _WIDE, high: int = _HIGH) -> str:
    """The curve as SVG, with the sentence that describes it as its title."""
    from rif_threshold.charts.curve import curve_specification, describe_curve  # noqa: PLC0415 - no picture, no charts

    return picture(curve_specification(assessment), describe_curve(assessment), wide=wide, high=high)


def picture(
    specification: "Specification", words: str, *, name: str = "curve", wide: int = _WIDE, high: int = _HIGH
) -> str:
    """A chart as SVG, with a sentence that describes it as its title."""
    import vl_convert  # noqa: PLC0415 - it starts a script engine, which only the charts need

    svg: str = vl_convert.vegalite_to_svg(_sized(specification, wide, high), allowed_base_urls=[])
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    head, opening, rest = svg.partition("<svg ")
    opening += f'role="img" aria-labelledby="{name}-title" '
    start, close, rest = rest.partition(">")
    return f'{head}{opening}{start}{close}<title id="{name}-title">{words}</title>{rest}'


def curve_png(assessment: Assessment) -> bytes:
    """The curve as PNG, twice as fine as a screen. Raises `NoFont` where it would show an empty box for a letter."""
    import vl_convert  # noqa: PLC0415

    from rif_threshold.charts.curve import curve_specification  # noqa: PLC0415

    picture = curve_svg(assessment)
    if not picture.isascii():
        from rif_threshold.report.setting import check_letters  # noqa: PLC0415 - only letters that may be lacking

        check_letters(picture)
    png: bytes = vl_convert.vegalite_to_png(
        _sized(curve_specification(assessment), _WIDE, _HIGH), scale=2, allowed_base_urls=[]
    )
    return png


def _sized(specification: "Specification", wide: int, high: int) -> dict[str, Any]:
    """The page's chart, with a size, a font and colours of its own, since no page gives it a theme here."""
    config = {
        **specification.get("config", {}), "font": SANS, "background": "white", "view": {"stroke": None},
        "range": {"category": list(_COLOURS)},
    }  # fmt: skip
    return {**specification, "width": wide, "height": high, "config": config}
