"""Couples that differ, fitted to first runs: once a stratum, with one parameter in common, both models or neither."""

from rif_threshold.heterogeneity import CommonFit, Commonness, fit_common
from rif_threshold.method import method
from rif_threshold.record import Record
from rif_threshold.register.audit.ledger import Counts
from rif_threshold.register.audit.runs import name_of, strata
from rif_threshold.register.settings import audit_settings


class FittedModel(Record):
    """One model.

    Attributes:
        value: the correlation between transfers of one couple, or the share that cannot implant; 0 to 1.
        lower: lower profile-likelihood bound; 0 where 0 is within.
        upper: upper bound.
        deviance: against one rate for each rank of each stratum.
        fits: whether the deviance is one that such counts have.
        means: of each stratum that is fitted, the mean chance, or that of those who can implant.
    """

    value: float
    lower: float
    upper: float
    deviance: float
    fits: bool
    means: tuple[float, ...]


class Fits(Record):
    """Both models, fitted to the same counts.

    Attributes:
        strata: the bands that are in them, with how many ranks.
        degrees_of_freedom: ranks of all strata, less strata, less one.
        beta_geometric: every couple has a chance of its own; the value is the correlation.
        two_class: a share of couples cannot implant; the value is that share.
        changed: first runs that are followed only up to a change of band.
    """

    strata: dict[str, int]
    degrees_of_freedom: int
    beta_geometric: FittedModel
    two_class: FittedModel
    changed: int


def table_of(counts: Counts, place: int) -> list[tuple[int, int]]:
    """Transfers and successes of a stratum by rank, up to the first with too few of either outcome."""
    fewest, table = audit_settings().fewest_in_cell, list[tuple[int, int]]()
    while True:
        rank = len(table) + 1
        n, x = (counts.of(("chain", place, rank, name)) or 0 for name in ("n", "x"))
        if min(x, n - x) < fewest:
            return table
        table.append((n, x))


def fits_of(counts: Counts) -> tuple[Fits, CommonFit, tuple[int, ...]] | None:
    """The fits, as they are shown and as they are reckoned with, and the places of their strata.

    ``None`` where no stratum has enough ranks.
    """
    tables = {place: table_of(counts, place) for place in range(len(strata()))}
    tables = {place: table for place, table in tables.items() if len(table) >= audit_settings().fewest_ranks}
    if not tables:
        return None
    common = fit_common(list(tables.values()), float(method().interval_level))
    shown = Fits(
        strata={name_of(place): len(each) for place, each in tables.items()},
        degrees_of_freedom=common.degrees_of_freedom,
        beta_geometric=_shown(common.beta_geometric, common.degrees_of_freedom),
        two_class=_shown(common.two_class, common.degrees_of_freedom),
        changed=counts.of(("changed",)) or 0,
    )
    return shown, common, tuple(tables)


def _shown(model: Commonness, freedom: int) -> FittedModel:
    from scipy.special import chdtri  # noqa: PLC0415 - loaded only when used

    most = float(chdtri(freedom, 1 - float(audit_settings().refused_probability)))
    return FittedModel(
        value=model.value,
        lower=model.lower,
        upper=model.upper,
        deviance=model.deviance,
        fits=model.deviance <= most,
        means=model.means,
    )
