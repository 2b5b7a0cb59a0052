"""The strata of a clinic's own table: bands of age for each ploidy, set before the file is read."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rif_threshold.ages import band_of_label, usual_label
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.register.settings import rate_settings
from rif_threshold.uncertainty import ClusterSums
from rif_threshold.vocabulary import Ploidy


class Band(NamedTuple):
    """One stratum.

    Attributes:
        ploidy: of the embryos in it.
        label: its ages, as they are written.
        first: its youngest age, completed years; ``None`` where it is open.
        last: its oldest age.
        joined: the labels of the bands that it was put together from; empty where it is one.
    """

    ploidy: Ploidy
    label: str
    first: int | None
    last: int | None
    joined: tuple[str, ...] = ()


def published_bands() -> tuple[Band, ...]:
    """The bands of ESHRE's table.

    >>> [band.label for band in published_bands()]
    ['<35', '35-39', '>=40', '<35', '35-40', '>40']
    """
    rows = load_rate_table(PUBLISHED_TABLE).strata
    return tuple(Band(row.ploidy, row.age_label, row.age_min_years, row.age_max_years) for row in rows)


def bands_of(text: str | None) -> tuple[Band, ...]:
    """Bands as they are typed, the same for untested and euploid embryos; ESHRE's where nothing is typed.

    Raises:
        InvalidInput: where one is no band, or they leave gaps or overlap.

    >>> [(band.label, band.first, band.last) for band in bands_of("<38, 38 to 40, 41+")[:3]]
    [('<38', None, 37), ('38-40', 38, 40), ('>=41', 41, None)]
    """
    if text is None:
        return published_bands()
    labels = [usual_label(label).replace(" ", "") for label in text.split(",")]
    found = [band_of_label(label) for label in labels]
    ages = [band for band in found if band is not None]
    ends = [(before.last, after.first) for before, after in pairwise(ages)]
    if len(ages) < len(found) or any(last is None or first != last + 1 for last, first in ends):
        why = "bands of ages are needed, youngest first, without gaps: <35,35-39,>=40"
        raise InvalidInput((Problem("--bands", text, why, "form"),))
    kinds = (Ploidy.UNTESTED, Ploidy.EUPLOID)
    return tuple(Band(kind, label, *band) for kind in kinds for label, band in zip(labels, ages, strict=True))


def of_mosaics(bands: Sequence[Band]) -> tuple[Band, ...]:
    """The euploid bands once more, for low-level mosaics."""
    return tuple(band._replace(ploidy=Ploidy.LOW_LEVEL_MOSAIC) for band in bands if band.ploidy == Ploidy.EUPLOID)


def pooled(bands: Sequence[Band], counted: Sequence[ClusterSums]) -> tuple[Band, ...] | None:
    """Join the first band that is too small with its smaller neighbour of the same ploidy.

    Args:
        bands: the strata.
        counted: the positive tests of each.

    Returns:
        The bands then, or ``None`` where nothing is left to join.
    """
    for place, band in enumerate(bands):
        beside = [each for each in (place - 1, place + 1) if 0 <= each < len(bands)]
        alike = [each for each in beside if bands[each].ploidy == band.ploidy]
        if alike and too_small(counted[place]):
            other = min(alike, key=lambda each: counted[each].women)
            first, second = sorted((place, other))
            return (*bands[:first], _joined(bands[first], bands[second]), *bands[second + 1 :])
    return None


def _joined(younger: Band, older: Band) -> Band:
    """Two neighbouring bands as one."""
    ages = (younger.first, older.last)
    joined = tuple(label for band in (younger, older) for label in band.joined or (band.label,))
    return Band(younger.ploidy, "".join(_label(*ages)), *ages, joined)


def _label(first: int | None, last: int | None) -> Iterator[str]:
    """The label of a band that is put together.

    >>> ["".join(_label(*ages)) for ages in ((None, 39), (35, None), (35, 42), (None, None))]
    ['<40', '>=35', '35-42', 'all ages']
    """
    if first is None:
        yield "all ages" if last is None else f"<{last + 1}"
    else:
        yield f">={first}" if last is None else f"{first}-{last}"


def too_small(sums: ClusterSums) -> str:
    """Why a band gives no threshold; empty where it does.

    >>> too_small(ClusterSums(29, 40, 9, 9, 9, 90)), too_small(ClusterSums(50, 60, 9, 9, 9, 90))
    ('fewer than 30 women', '')
    """
    if sums.successes == 0:
        return "no positive test"
    if sums.successes == sums.transfers:
        return "positive tests only"
    fewest = rate_settings().fewest_women
    return f"fewer than {fewest} women" if sums.women < fewest else ""
