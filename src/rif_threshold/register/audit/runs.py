"""A history taken apart into runs: consecutive transfers up to and with a positive test, or to the last."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.register.audit.histories import FAILED, History
from rif_threshold.register.codes import kind_of
from rif_threshold.register.counting import BETWEEN
from rif_threshold.strata import Stratum
from rif_threshold.vocabulary import Ploidy


class Run(NamedTuple):
    """One run of a couple.

    Attributes:
        kinds: the code of the kind of each transfer, oldest first; at least one.
        followed: what followed the last of them: `FAILED`, or a positive test (`histories`).
    """

    kinds: tuple[int, ...]
    followed: int

    @property
    def failed(self) -> tuple[int, ...]:
        """The kinds of the transfers that failed."""
        return self.kinds if self.followed == FAILED else self.kinds[:-1]


def runs_of(history: History) -> Iterator[Run]:
    """The runs of a history, oldest first.

    >>> list(runs_of(History("181810100|181810102|353510100", False, False, False, 0)))
    [Run(kinds=(18181010, 18181010), followed=2), Run(kinds=(35351010,), followed=0)]
    """
    kinds: list[int] = []
    for told in history.text.split(BETWEEN) if history.text else ():
        kinds.append(int(told[:-1]))
        if (followed := int(told[-1])) != FAILED:
            yield Run(tuple(kinds), followed)
            kinds = []
    if kinds:
        yield Run(tuple(kinds), FAILED)


@cache
def strata() -> tuple[Stratum, ...]:
    """The rows of ESHRE's table: the strata of an audit, set before a file is read."""
    return load_rate_table(PUBLISHED_TABLE).strata


def name_of(place: int) -> str:
    """What a stratum is called: ``untested 35-39``."""
    row = strata()[place]
    return f"{row.ploidy} {row.age_label}"


@cache
def stratum_of(kind: int) -> int | None:
    """The place of the row in which a transfer lies with all the ages that it may have.

    ``None`` for two or more embryos, an unrecorded number, a low-level mosaic and an age that may be of two rows.

    >>> [stratum_of(kind) for kind in (18181010, 35352010, 18181020, 18181000, 18181010 + 2000)]
    [0, 4, None, None, None]
    """
    of = kind_of(kind)
    if of.embryos != 1 or of.ploidy in {None, Ploidy.LOW_LEVEL_MOSAIC}:
        return None
    rows = [
        place
        for place, row in enumerate(strata())
        if row.ploidy == of.ploidy
        and (row.age_min_years or 0) <= (of.age_low or 0)
        and (row.age_max_years is None or (of.age_high is not None and of.age_high <= row.age_max_years))
    ]
    return rows[0] if rows else None
