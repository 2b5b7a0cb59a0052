"""Cases of the conformance pack: the table, ties, the minimum, histories, bounds; and how they are drawn.

They are the same on every machine: what is drawn comes from a digest.
"""

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import count, product
from typing import Any, TypeVar

T = TypeVar("T")
Case = dict[str, Any]

FAILED = {"result": "no_positive_test"}
POSITIVE = ("biochemical", "pregnancy_loss", "ectopic", "unknown_location", "molar", "ongoing", "live_birth")
BANDS = ("<35", "35-39", ">=40", ">40", "33-36", "36-41", "<=30", ">=35", "35-40", "25-30", "39-40")
CONFIRMED = {"high_percent_confirmed": True}


class Draw:
    """What looks as if it were drawn at random, and is the same everywhere."""

    def __init__(self, name: str) -> None:
        self._name, self._number = name, count()

    def below(self, limit: int) -> int:
        digest = hashlib.sha256(f"{self._name} {next(self._number)}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % limit

    def between(self, first: int, last: int) -> int:
        return first + self.below(last - first + 1)

    def of(self, these: Sequence[T]) -> T:
        return these[self.below(len(these))]

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def percent(self, first: int, last: int, most_decimals: int = 6) -> str:
        """A percentage as it is typed, between two whole ones."""
        decimals = self.below(most_decimals + 1)
        return plain(Fraction(self.between(first * 10**decimals, last * 10**decimals), 10**decimals))


def plain(number: Fraction) -> str:
    """A number that has few decimals, written out."""
    return f"{(Decimal(number.numerator) / Decimal(number.denominator)).normalize():f}"


def typable(percent: Fraction) -> bool:
    return 0 < percent < 100 and (percent * 10**6).denominator == 1


def table(_: Draw) -> Iterator[Case]:
    """The published table: both sides of every edge of every band, none to six failed."""
    ages = (18, 22, 29, 33, 34, 35, 36, 38, 39, 40, 41, 42, 45, 50, 55)
    for ploidy, age, failed in product(("untested", "euploid"), ages, range(7)):
        yield {"oocyte_age_years": age, "ploidy": ploidy, "failed_transfers": failed}
    for ploidy, band, failed in product(("untested", "euploid"), ("<35", ">=40", ">40"), range(7)):
        if (ploidy, band) != ("euploid", ">=40"):
            yield {"oocyte_age_years": band, "ploidy": ploidy, "failed_transfers": failed}


def ties(draw: Draw) -> Iterator[Case]:
    """A cumulative chance that is exactly the threshold, and its neighbours a millionth of a percent away."""
    while True:
        n = draw.between(1, 4)
        chance, how = _chance_of_a_tie(draw)
        line = 100 * (1 - (1 - chance) ** n)
        if not typable(line) or line <= 1:
            continue
        for step in (0, 0, draw.of((-1, 1))):
            typed = {"threshold_percent": plain(line + Fraction(step, 10**6))} if typable(line) else {}
            minimum = {"minimum_transfers": draw.between(1, n)}
            yield how | {"failed_transfers": draw.between(0, n + 1)} | typed | minimum
        yield _sixty_exactly(draw)


def _chance_of_a_tie(draw: Draw) -> tuple[Fraction, Case]:
    match draw.below(4):
        case 0:
            ploidy, age, rate = draw.of(
                (
                    ("untested", 30, "31.5"),
                    ("untested", 37, "25.9"),
                    ("untested", 42, "15.0"),
                    ("euploid", 30, "68.4"),
                    ("euploid", 38, "64.1"),
                    ("euploid", 43, "58.0"),
                )
            )
            return Fraction(rate) / 100, {"oocyte_age_years": age, "ploidy": ploidy}
        case 1:
            transfers = draw.of((10, 20, 25, 40, 50, 80, 100, 125, 200, 250, 500))
            successes = draw.between(1, transfers - 1)
            counts = {"clinic_successes": successes, "clinic_transfers": transfers}
            return Fraction(successes, transfers), counts | {"clinic_outcome": "implantation"}
        case 2:
            live_birth = draw.percent(2, 85, 1)
            given = {"live_birth_percent": live_birth, "live_birth_per": "embryo_transfer"} | CONFIRMED
            return Fraction(live_birth) * Fraction("1.16") / 100, given
        case _:
            percent = draw.percent(2, 98, 2)
            return Fraction(percent) / 100, {"clinic_percent": percent, "clinic_outcome": "positive_test"} | CONFIRMED


def _sixty_exactly(draw: Draw) -> Case:
    """Transfers, each with a percentage of its own, after which the chance is exactly 60 %, or a hair beside it."""
    while True:
        left, percents = Fraction(2, 5), []
        for _ in range(draw.between(1, 2)):
            keeps = Fraction(2 ** draw.between(0, 6) * 5 ** draw.between(0, 3), 10 ** draw.between(1, 4))
            percents.append(100 * (1 - keeps))
            left /= keeps if keeps else 1
        percents.append(100 * (1 - left))
        if all(map(typable, percents)) and all(each > 1 for each in percents):
            break
    typed = [plain(each) for each in percents]
    if draw.chance(25) and typable(beside := percents[-1] + draw.of((Fraction(-1, 10**6), Fraction(1, 10**6)))):
        typed[-1] = plain(beside)
    history = [FAILED | {"per_transfer_percent": each} for each in typed]
    return {"history": history, "oocyte_age_years": draw.between(25, 45), "ploidy": "untested"} | CONFIRMED


def minimum(draw: Draw) -> Iterator[Case]:
    """The chance is above the line before enough transfers have failed."""
    while True:
        case = {"failed_transfers": draw.between(0, 6)}
        if draw.chance(50):
            case |= {"oocyte_age_years": draw.between(18, 55), "ploidy": "euploid"}
        else:
            case |= {"clinic_percent": draw.percent(62, 99), "clinic_outcome": "clinical_pregnancy"} | CONFIRMED
        if draw.chance(60):
            case["minimum_transfers"] = draw.between(1, 7)
        if draw.chance(20):
            case["threshold_percent"] = draw.percent(5, 58, 3)
        yield case


def transfer(draw: Draw, *, wide: bool = False) -> Case:
    """A transfer that failed; where ``wide``, its chance may lie between two ends."""
    made: Case = FAILED | {"oocyte_age_years": draw.between(18, 55), "ploidy": draw.of(("untested", "euploid"))}
    if wide:
        match draw.below(6):
            case 0:
                del made["oocyte_age_years"]
            case 1:
                made["oocyte_age_years"] = draw.of(BANDS)
            case 2:
                made["ploidy"] = "low_level_mosaic"
            case 3:
                made |= {"embryos": draw.between(2, 4), "ploidy": draw.of(("untested", "low_level_mosaic"))}
    if draw.chance(15):
        made["stage"] = draw.of(("cleavage", "blastocyst"))
    if draw.chance(10):
        made["embryos"] = made.get("embryos", 1)
    if draw.chance(15):
        made |= {"per_transfer_percent": draw.percent(2, 27)}
    return made


def histories(draw: Draw, *, wide: bool = False) -> Iterator[Case]:
    """Transfers one by one: other ages and embryos, percentages of their own, restarts, a test that is awaited."""
    while True:
        history = [transfer(draw, wide=wide) for _ in range(draw.between(1, 9))]
        for each in history:
            if draw.chance(20):
                each["result"] = draw.of(POSITIVE)
        if draw.chance(10):
            history[-1]["result"] = "awaited"
        case: Case = {"history": history}
        if draw.chance(25):
            case["planned"] = draw.of(("none", kind(draw, wide=wide)))
        elif draw.chance(90):
            case |= kind(draw, wide=wide)
        if draw.chance(20):
            case["threshold_percent"] = draw.percent(40, 95)
        if draw.chance(15):
            case["minimum_transfers"] = draw.between(1, 5)
        yield case


def kind(draw: Draw, *, wide: bool = False) -> Case:
    return {name: value for name, value in transfer(draw, wide=wide).items() if name not in _OF_ONE_TRANSFER}


_OF_ONE_TRANSFER = ("result", "per_transfer_percent")


def bounds(draw: Draw) -> Iterator[Case]:
    """What is not known: the age, a band of ages, a mosaic, several embryos; alone, together, in lists and beside."""
    listed = histories(draw, wide=True)
    while True:
        yield next(listed)
        case = kind(draw, wide=True) | {"failed_transfers": draw.between(0, 7)}
        if draw.chance(50):
            for name, value in (("embryos", draw.between(1, 3)), ("oocyte_age_years", draw.of(BANDS))):
                if draw.chance(60):
                    case[name] = value
        if draw.chance(30):
            case["planned"] = draw.of(("none", kind(draw, wide=True)))
        yield case
