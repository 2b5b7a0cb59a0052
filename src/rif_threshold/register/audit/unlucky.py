"""How many of the flagged would be expected to have no lasting problem, if such a problem were all or nothing."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from rif_threshold.heterogeneity import unexplained_share
from rif_threshold.record import Record
from rif_threshold.register.audit.adding import FIRST
from rif_threshold.register.audit.histories import FAILED, Histories
from rif_threshold.register.audit.ledger import Counts
from rif_threshold.register.audit.rules import Rule, crossings, transfer_of
from rif_threshold.register.audit.runs import runs_of, strata, stratum_of
from rif_threshold.register.settings import audit_settings, rate_settings


class ExpectedShare(Record):
    """The share expected to be without a problem, at one prevalence.

    Attributes:
        prevalence_percent: share of all couples that cannot implant.
        of_the_others_percent: where ESHRE's chances are those of couples without a problem.
        of_all_percent: where they are the mean of all couples; ``None`` where no chance can be so high.
        own_percent: by the clinic's own first transfers, which are the mean of all; ``None`` where they are too few.
    """

    prevalence_percent: int
    of_the_others_percent: float
    of_all_percent: float | None
    own_percent: float | None


class Unlucky(Record):
    """First runs only: a couple with a positive test before is not among those who cannot.

    Attributes:
        crossed: first runs that crossed ESHRE's line, with chances that are all known.
        at_crossing: of those, when they crossed.
        now: first runs that are flagged now, likewise.
        flagged_now: of those, today.
        own_crossed: the first of them that the clinic's own rates say something of.
        own_now: the second, likewise.
    """

    crossed: int
    at_crossing: tuple[ExpectedShare, ...]
    now: int
    flagged_now: tuple[ExpectedShare, ...]
    own_crossed: int
    own_now: int


_Failed = Mapping[tuple[int, ...], int]
"""Failed transfers that runs have in common, and how many runs that is."""


def unlucky_of(histories: Histories, counts: Counts) -> Unlucky:
    """The expected shares at the crossing, and of those who are flagged now."""
    crossed, now = _first_runs(histories, now=False), _first_runs(histories, now=True)
    own = [_own_rate(counts, place) for place in range(len(strata()))]
    rated = [{kinds: number for kinds, number in runs.items() if _rates(kinds, own)} for runs in (crossed, now)]
    return Unlucky(
        crossed=sum(crossed.values()),
        at_crossing=tuple(_shares(crossed, rated[0], own)),
        now=sum(now.values()),
        flagged_now=tuple(_shares(now, rated[1], own)),
        own_crossed=sum(rated[0].values()),
        own_now=sum(rated[1].values()),
    )


def _first_runs(histories: Histories, *, now: bool) -> _Failed:
    """The failed transfers of first runs that crossed, up to the crossing or, of those flagged now, all of them."""
    found: Counter[tuple[int, ...]] = Counter()
    for history, couples in histories.couples:
        runs = list(runs_of(history))
        if not runs or (now and (len(runs) > 1 or runs[0].followed != FAILED)):
            continue
        crossed = crossings(runs[0].failed)[Rule.ESHRE].agreed
        if crossed is None:
            continue
        kinds = runs[0].failed if now else runs[0].failed[:crossed]
        if all(transfer_of(kind).chance.agreed is not None for kind in kinds):
            found[kinds] += couples
    return found


def _own_rate(counts: Counts, place: int) -> Fraction | None:
    """The rate of first transfers of a band; ``None`` where it is too small for one."""
    x, n = (counts.of((FIRST, name, 1, place)) or 0 for name in ("positive", "risk"))
    return Fraction(x, n) if n >= rate_settings().fewest_women and 0 < x < n else None


def _rates(kinds: tuple[int, ...], own: list[Fraction | None]) -> list[Fraction] | None:
    """The own rate of each transfer; ``None`` unless all have one."""
    places = [stratum_of(kind) for kind in kinds]
    rates = [None if place is None else own[place] for place in places]
    known = [rate for rate in rates if rate is not None]
    return known if len(known) == len(rates) else None


def _shares(runs: _Failed, rated: _Failed, own: list[Fraction | None]) -> Iterator[ExpectedShare]:
    for percent in audit_settings().prevalence_percents if runs else ():
        ill = Fraction(percent, 100)
        others, everybody = reading(ill, all_couples=False), reading(ill, all_couples=True)
        yield ExpectedShare(
            prevalence_percent=percent,
            of_the_others_percent=_mean(runs, _printed, others) or 0.0,
            of_all_percent=_mean(runs, _printed, everybody),
            own_percent=_mean(rated, lambda kinds: _rates(kinds, own) or [], everybody),
        )


def _printed(kinds: tuple[int, ...]) -> list[Fraction]:
    return [transfer_of(kind).chance.lowest for kind in kinds]


Reading = Callable[[list[Fraction]], float | None]
"""The share without a problem of those whose transfers with these chances all failed."""


def reading(ill: Fraction, *, all_couples: bool) -> Reading:
    """One reading of a table of chances.

    Args:
        ill: the share that cannot implant.
        all_couples: whether the chances are the mean of all couples; else they are those of the others.

    Returns:
        A function from chances to the share; it gives ``None`` where no chance of the others could be so high.

    >>> round(reading(Fraction(1, 10), all_couples=True)([Fraction(259, 1000)] * 4), 4)
    0.6984
    """

    def of(chances: list[Fraction]) -> float | None:
        able = [p / (1 - ill) for p in chances] if all_couples else chances
        if any(p >= 1 for p in able):
            return None
        return float(unexplained_share(float(math.prod(1 - p for p in able)), float(ill)))

    return of


def _mean(runs: _Failed, chances: Callable[[tuple[int, ...]], list[Fraction]], read: Reading) -> float | None:
    """The mean over couples, each with its own chance that all fail; in percent."""
    found = [(read(chances(kinds)), couples) for kinds, couples in runs.items()]
    known = [(share, couples) for share, couples in found if share is not None]
    if not known or len(known) < len(found):
        return None
    return 100 * math.fsum(share * couples for share, couples in known) / sum(runs.values())
