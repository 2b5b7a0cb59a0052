"""What one case is decided with: fractions, and no arrays, which take long to load.

A number is read as the decimal it prints as, and nothing is rounded before it is compared.
"""

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from rif_threshold.bounds import TRANSFERS_LIMIT

Number: TypeAlias = float | Decimal | Fraction


def exact(value: Number) -> Fraction:
    """Return a number as the exact fraction of the decimal it is written as. Raises `ValueError` for no finite one.

    >>> exact(0.259)
    Fraction(259, 1000)
    """
    if isinstance(value, Fraction):
        return value
    number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if not number.is_finite():
        raise ValueError("a finite number is needed")
    return Fraction(number)


def further_to_exceed(miss: Fraction, p: Fraction, threshold: Fraction, at_least: int = 0) -> int:
    """Smallest ``m >= at_least`` with ``1 - miss * (1 - p)**m > threshold``, decided exactly.

    Args:
        miss: the chance that all transfers so far would have failed, ``0 < miss <= 1``; 1 if there were none.
        p: probability of each transfer to come, ``0 <= p < 1``; 0 is the lower end of what is not known.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        at_least: fewest further transfers that may be answered.

    Returns:
        The number of further transfers; ``TRANSFERS_LIMIT + 1`` says "more than 1,000".

    >>> further_to_exceed(Fraction(1, 2), Fraction(1, 5), Fraction(3, 5))
    2
    """
    # ``miss * stay**m < allowed`` with nothing reduced: common factors change no comparison and take long to find.
    exceeding, line = threshold.as_integer_ratio()
    done, whole = miss.as_integer_ratio()
    above, below = p.as_integer_ratio()
    allowed, stay = line - exceeding, below - above
    left, right = done * line, allowed * whole

    def exceeded(m: int) -> bool:
        return bool(left * stay**m < right * below**m)

    guess = 0.0
    if left >= right:
        if p == 0:
            return TRANSFERS_LIMIT + 1
        # Logarithms of numerator and denominator: either may be too long for a float.
        guess = (_log(allowed, line) - _log(done, whole)) / _log(stay, below)
    if guess > TRANSFERS_LIMIT + 1:
        return TRANSFERS_LIMIT + 1
    # The answer is the next whole number above the true quotient, so rounding cannot carry its floor past the answer.
    m = max(math.floor(guess), 0)
    while not exceeded(m) and m <= TRANSFERS_LIMIT:
        m += 1
    return min(max(m, at_least), TRANSFERS_LIMIT + 1)


def chance_that_all_fail(probabilities: Iterable[Fraction]) -> Fraction:
    """``prod(1 - p_i)``, exactly; 1 for an empty sequence.

    >>> chance_that_all_fail([Fraction(1, 2), Fraction(1, 4)])
    Fraction(3, 8)
    """
    ratios = [chance.as_integer_ratio() for chance in probabilities]
    return Fraction(math.prod(below - above for above, below in ratios), math.prod(below for _, below in ratios))


def chances_that_all_fail(probabilities: Iterable[Fraction]) -> Iterator[tuple[int, int]]:
    """The same after each: numerator and denominator, never reduced, because that takes long and changes no quotient.

    >>> list(chances_that_all_fail([Fraction(1, 2), Fraction(1, 4)]))
    [(1, 2), (3, 8)]
    """
    miss, whole = 1, 1
    for chance in probabilities:
        above, below = chance.as_integer_ratio()
        miss, whole = miss * (below - above), whole * below
        yield miss, whole


def _log(above: int, below: int) -> float:
    """Natural logarithm of a fraction near or below 1, also where its parts are too long for a float."""
    if 2 * above > below:
        return math.log1p((above - below) / below)  # near 1 the logarithm is the gap itself
    return math.log(above) - math.log(below)
