"""Section 2: the budget. Failures add up on a scale where the threshold is 100 %."""

import math

from rif_threshold.answers import Estimate, answer_lines
from rif_threshold.case import Case
from rif_threshold.perspective.section import Section, chance_percent
from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.record import Record
from rif_threshold.routes.kind import row_of
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.transfers import planned_age
from rif_threshold.vocabulary import Ploidy
from rif_threshold.wording import exact_words, percent_words, transfer_state, transfers_words


class BudgetTransfer(Record):
    """What one transfer uses of the budget."""

    transfer: int
    state: str
    per_transfer_percent: float
    share_percent: float
    from_percent: float
    to_percent: float


class BudgetSection(Section):
    """The sum of ``-ln(1 - p)`` over the transfers, as a share of ``-ln(1 - threshold)``.

    Attributes:
        budget: the size of the budget, ``-ln(1 - threshold)``.
        used_percent: what the failed transfers have used of it.
        next_percent: what the next one would use.
        transfers: the transfers one by one, failed and planned, up to the crossing.
    """

    title: str = "How do different transfers add up?"
    budget: float
    used_percent: float
    next_percent: float
    transfers: tuple[BudgetTransfer, ...]


def budget(case: Case, estimate: Estimate) -> BudgetSection:
    """What each transfer uses of the budget, and when the sum passes 100 %.

    ``1 - prod(1 - p_i) > threshold`` is the same as ``sum(-ln(1 - p_i)) > -ln(1 - threshold)``: the order of the
    transfers does not matter, and different kinds simply add up.

    Args:
        case: the couple's case.
        estimate: the route it is about.
    """
    rule = case.rule
    size = -math.log1p(-float(rule.threshold))
    transfers = tuple(_transfers(estimate, size))
    used = transfers[estimate.failed_transfers - 1].to_percent if estimate.failed_transfers else 0.0
    following = _share(chance_percent(estimate), size)
    kinds, source = _kinds(case, size)
    lines = answer_lines(estimate)
    return BudgetSection(
        sentence=_sentence(case, estimate, used, following, kinds),
        headings=("transfer", "state", "chance", "uses of the budget", "used by then"),
        rows=tuple(
            (
                str(each.transfer),
                each.state,
                percent_words(each.per_transfer_percent, *lines),
                percent_words(each.share_percent),
                percent_words(each.to_percent, 100),
            )
            for each in transfers
        ),
        notes=(
            Remark(
                text=f"The budget is -ln(1 - {exact_words(float(rule.threshold))}) = {size:.4f}; a transfer uses"
                " -ln(1 - p). The line is crossed when the sum passes 100 % and at least"
                f" {transfers_words(rule.minimum)} have failed."
            ),
        ),
        sources=(*estimate.sources, *source),
        budget=size,
        used_percent=used,
        next_percent=following,
        transfers=transfers,
    )


def _share(percent: float, size: float) -> float:
    return -100 * math.log1p(-percent / 100) / size


def _transfers(estimate: Estimate, size: float) -> list[BudgetTransfer]:
    """Up to the crossing, but at least one planned transfer; no longer than the curve."""
    last = max(estimate.failed_transfers + 1, estimate.transfers_to_threshold or 0)
    sums, before = [], 0.0
    for number, percent in enumerate(estimate.transfer_percents_lowest[:last], start=1):
        share = _share(percent, size)
        sums.append(
            BudgetTransfer(
                transfer=number,
                state=transfer_state(number, estimate.failed_transfers),
                per_transfer_percent=percent,
                share_percent=share,
                from_percent=before,
                to_percent=before + share,
            )
        )
        before += share
    return sums


def _kinds(case: Case, size: float) -> tuple[dict[Ploidy, float], tuple[SourceReference, ...]]:
    """What one untested and one euploid transfer at this age use, by the published table."""
    table, age = load_rate_table(PUBLISHED_TABLE), planned_age(case)
    rows = {ploidy: row_of(table, ploidy, age) for ploidy in table.ploidy}
    shares = {ploidy: _share(float(row.per_transfer_percent), size) for ploidy, row in rows.items() if row}
    return shares, (table.source,) if age is not None else ()


def _sentence(case: Case, estimate: Estimate, used: float, following: float, kinds: dict[Ploidy, float]) -> str:
    done = estimate.failed_transfers
    start = (
        f"The next transfer would use {percent_words(following)} of the budget"
        if done == 0
        else f"{transfers_words(done).capitalize()} done {'has' if done == 1 else 'have'} used"
        f" {percent_words(used, 100)} of the budget and the next would use {percent_words(following)}"
    )
    if Ploidy.UNTESTED not in kinds or Ploidy.EUPLOID not in kinds:
        return f"{start}; above 100 % the line is crossed."
    untested, euploid = (percent_words(kinds[kind]) for kind in (Ploidy.UNTESTED, Ploidy.EUPLOID))
    age = planned_age(case)
    return f"{start}; by ESHRE's table one untested transfer at {age} uses {untested}, one euploid transfer {euploid}."
