"""Every number as it is shown. A figure stands on its own side of every line it is held against."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

MORE_THAN_LIMIT = "more than 1,000"
NOT_KNOWN = "not known"
_STEPS, _NOISE = tuple(Decimal(1).scaleb(-places) for places in range(1, 9 + 1)), Decimal("1e-12")
"""The last decimal, from one decimal to as many as are ever shown; what floating point adds to a number."""
_CERTAIN = (Decimal(0), Decimal(100))


def number_words(count: int | None) -> str:
    """A number of transfers; ``None`` is more than the 1,000 that are looked at."""
    return MORE_THAN_LIMIT if count is None else str(count)


def transfers_words(count: int | None) -> str:
    """``1 transfer``, ``4 transfers``, ``more than 1,000 transfers``."""
    return f"{number_words(count)} transfer{'' if count == 1 else 's'}"


def shown_percent(percent: float | Decimal, *lines: float | Decimal) -> str:
    """A percentage with one decimal, half up; with more where it would not lie on its own side of a line.

    The lines are 0 and 100, which would be certainty, and those given: thresholds, and chances at which the answer
    changes.

    >>> shown_percent(59.31), shown_percent(59.98, 60), shown_percent(60, 60), shown_percent(36.75, 36.7544)
    ('59.3', '59.98', '60.0', '36.75')
    >>> shown_percent(99.97), shown_percent(100 * (1 - 0.741**100))
    ('99.97', '99.999999999')
    """
    return _shown(percent, ROUND_HALF_UP, lines)


def percent_words(percent: float | Decimal, *lines: float | Decimal) -> str:
    """The same with its sign."""
    return f"{shown_percent(percent, *lines)} %"


def shown_between(lowest: float, highest: float, *lines: float | Decimal) -> str:
    """A percentage that lies between two ends, or the one where both agree.

    >>> shown_between(59.31, 83.44), shown_between(59.31, 59.31), shown_between(0, 64.1)
    ('59.3 to 83.4', '59.3', '0 to 64.1')
    """
    if lowest == highest:
        return shown_percent(lowest, *lines)
    return f"{shown_percent(lowest, *lines) if lowest else '0'} to {shown_percent(highest, *lines)}"


def between_percent(lowest: float, highest: float, *lines: float | Decimal) -> str:
    """The same with its sign."""
    return f"{shown_between(lowest, highest, *lines)} %"


def between_numbers(fewest: int | None, most: int | None) -> str:
    """Numbers of transfers that lie between two ends; ``None`` is more than the 1,000 that are looked at.

    >>> between_numbers(2, 4), between_numbers(3, 3), between_numbers(2, None)
    ('2 to 4', '3', '2 to more than 1,000')
    """
    return number_words(fewest) if fewest == most else f"{number_words(fewest)} to {number_words(most)}"


def shown_line(percent: float, *figures: float | Decimal, above: bool) -> str:
    """A chance at which the answer changes, rounded so that what is said of it holds, and apart from the figures.

    Args:
        percent: the line.
        figures: percentages that it is shown beside, as shown.
        above: whether something is said of what lies above the line (rounded up), or of what lies below (down).

    >>> shown_line(36.7544, above=False), shown_line(36.7544, above=True), shown_line(36.7544, 36.8, above=True)
    ('36.7', '36.8', '36.76')
    """
    return _shown(percent, ROUND_CEILING if above else ROUND_FLOOR, figures)


def points_words(points: float) -> str:
    """Percentage points with two decimals, rounded up, so that a move by that much is enough.

    >>> points_words(0.4194), points_words(0.4211), points_words(0.000027)
    ('0.42', '0.43', 'less than 0.01')
    """
    step = Decimal("0.01")
    exact = _decimal(points).quantize(_STEPS[-1], ROUND_HALF_UP)
    return f"less than {step}" if exact < step else f"{exact.quantize(step, ROUND_CEILING):f}"


def points_up_words(points: float) -> str:
    """A rise that must be exceeded: ``more than 0.42``, or less than the smallest that is shown."""
    return points_words(points) if points_words(points).startswith("less") else f"more than {points_words(points)}"


def line_words(percent: float | Decimal) -> str:
    """A threshold, as it was typed or printed: ``60 %``."""
    return f"{exact_words(percent)} %"


def exact_words(number: float | Decimal) -> str:
    """A number that was typed or printed, as short as it can be written: ``60``, ``23.8``."""
    return f"{_decimal(number).normalize():f}"


def settle_words(count: int) -> str:
    """A number of recorded transfers to two or three figures: it is an order of size, not a count.

    >>> settle_words(42489), settle_words(338), settle_words(13)
    ('42,500', '340', '13')
    """
    step = 10 ** max(len(str(count)) - (3 if len(str(count)) > 3 else 2), 0)
    return f"{round(count / step) * step:,}"


def factor_words(factor: float) -> str:
    """A factor that changes the answer, with three decimals, rounded away from 1, and never 1.

    >>> factor_words(1.0162), factor_words(0.99999)
    ('1.017', '0.999')
    """
    step = Decimal("0.001")
    if factor < 1:
        return f"{_decimal(factor).quantize(step, ROUND_FLOOR):f}"
    return f"{max(_decimal(factor).quantize(step, ROUND_CEILING), 1 + step):f}"


def ratio_words(lowest: float, highest: float | None = None) -> str:
    """A ratio of two counts with two decimals, half up, or the two between which it lies.

    >>> ratio_words(1.2402, 1.2670), ratio_words(1.3104)
    ('1.24 to 1.27', '1.31')
    """
    ends = (lowest,) if highest is None else (lowest, highest)
    shown = [f"{_decimal(end).quantize(Decimal('0.01'), ROUND_HALF_UP):f}" for end in ends]
    return " to ".join(dict.fromkeys(shown))


def amount_words(amount: float, *, whole: bool = False) -> str:
    """An amount that is no count, such as how many were expected, with one decimal or with none, half up.

    >>> amount_words(1640.06), amount_words(819.55, whole=True)
    ('1,640.1', '820')
    """
    return f"{_decimal(amount).quantize(Decimal(1) if whole else Decimal('0.1'), ROUND_HALF_UP):,}"


def probability_words(share: float) -> str:
    """A probability with two decimals, never rounded to nought or to certainty.

    >>> probability_words(0.476), probability_words(0.001), probability_words(0.998), probability_words(0)
    ('0.48', '< 0.01', '> 0.99', '0')
    """
    return _within(share, Decimal("0.01"))


def shown_p(p: float) -> str:
    """A p-value with three decimals, never nought: ``0.054``, ``< 0.001``."""
    return _within(p, Decimal("0.001"))


def p_words(p: float) -> str:
    """A p-value in a sentence.

    >>> p_words(0.0541), p_words(0.0002)
    ('p = 0.054', 'p < 0.001')
    """
    shown = shown_p(p)
    return f"p {shown}" if shown[0] in "<>" else f"p = {shown}"


def in_hundred(percent: float) -> str:
    """A share as "73 of 100", or with a decimal where rounding would make it all or none."""
    whole = _decimal(percent).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{whole} of 100" if 0 < whole < 100 else f"{shown_percent(percent)} of 100"


def same_side(shown: float | Decimal, exact: float | Decimal, line: float | Decimal) -> bool:
    """Whether a figure as shown lies on the side of a line on which it lies exactly."""
    limit = _decimal(line)
    return _decimal(shown).compare(limit) == _decimal(exact).compare(limit)


def _within(share: float, step: Decimal) -> str:
    """A share of 1 in steps, with the smallest and the largest step as limits unless it is exactly 0 or 1."""
    exact = _decimal(share)
    if exact in {0, 1}:
        return f"{exact.normalize():f}"
    if exact < step:
        return f"< {step}"
    return f"> {1 - step}" if exact > 1 - step else f"{exact.quantize(step, ROUND_HALF_UP):f}"


def _shown(percent: float | Decimal, rounding: str, lines: tuple[float | Decimal, ...]) -> str:
    exact, shown, limits = _decimal(percent), Decimal(0), [*_CERTAIN, *map(_decimal, lines)]
    sides = [exact.compare(limit) for limit in limits]
    for step in _STEPS:
        shown = exact.quantize(step, rounding)
        if [shown.compare(limit) for limit in limits] == sides:
            return f"{shown:f}"
    # No decimal that is ever shown keeps them apart: then it stays just below the line it was rounded up to.
    return f"{exact.quantize(_STEPS[-1], ROUND_FLOOR) if shown > exact else shown:f}"


def _decimal(number: float | Decimal) -> Decimal:
    """A number as the decimal it prints as, without what floating point added to it."""
    return (
        Decimal(repr(float(number))).quantize(_NOISE, ROUND_HALF_UP) if isinstance(number, float) else Decimal(number)
    )
