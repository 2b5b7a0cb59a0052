"""The inputs an answer is for, in words, to be repeated beside it."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rif_threshold.ages import label_words
from rif_threshold.assessment import Assessment
from rif_threshold.routes import ROUTES
from rif_threshold.transfers import EmbryoKind, Transfer, Transfers, counted_transfers, planned_apart, planned_kind
from rif_threshold.vocabulary import Eggs
from rif_threshold.wording import long_word, transfers_words, word


def inputs_words(assessment: Assessment) -> str:
    """The inputs an answer is for, repeated beside it."""
    return "; ".join(_inputs(assessment))


def who_words(assessment: Assessment) -> str:
    """Whose answer it is, as short as a label: ``36 y, untested, 3 failed``."""
    case = assessment.case
    failed = case.failed_transfers if assessment.threshold is None else assessment.threshold.failed_transfers
    kind: EmbryoKind | Transfers = case
    if case.history:  # the fields beside a list are of the next transfer
        counted = counted_transfers(case)
        if len({(each.oocyte_age_years, each.ploidy) for each in counted}) > 1:
            return f"{failed} failed, not all alike"
        kind = counted[-1] if counted else case.history[-1]
    whose = "donor " if case.eggs == Eggs.DONOR else ""
    parts = (
        "" if kind.oocyte_age_years is None else f"{whose}{label_words(str(kind.oocyte_age_years))} y",
        "" if kind.ploidy is None else word(kind.ploidy),
        "" if failed is None else f"{failed} failed",
    )
    return ", ".join(part for part in parts if part)


def _inputs(assessment: Assessment) -> Iterator[str]:
    case = assessment.case
    alone = case.history is None and not planned_apart(case)
    if case.history is None:
        yield from _kind_words(case)
    if case.history is not None:
        yield f"{transfers_words(len(case.history))} listed: {', '.join(_listed(case.history))}"
    else:
        yield f"{case.failed_transfers} failed"
    if not alone:
        planned = planned_kind(case)
        said = "nothing" if planned is None else ", ".join(_kind_words(planned))
        if said:
            yield f"next: {said}"
    if case.eggs is not None:
        yield long_word(case.eggs) + (", and the age is the donor's" if case.eggs == Eggs.DONOR else "")
    answered = {estimate.route for estimate in assessment.estimates}
    for route in ROUTES:  # what no answer is made from yet is no part of what it is for
        if not answered or route.name in answered:
            yield from route.told(case)


def _kind_words(kind: EmbryoKind | Transfers) -> Iterator[str]:
    """What a transfer's chance depends on; one embryo at a time is meant where no other number is said."""
    if kind.oocyte_age_years is not None:
        yield f"age at egg retrieval {label_words(str(kind.oocyte_age_years))}"
    if kind.ploidy is not None:
        yield long_word(kind.ploidy)
    if kind.embryos is not None:
        yield _at_once(kind.embryos)
    if kind.stage is not None:
        yield word(kind.stage)


def _at_once(embryos: int) -> str:
    return "one embryo at a time" if embryos == 1 else f"{embryos} embryos at once"


def _listed(history: Iterable[Transfer]) -> Iterator[str]:
    """The transfers of a history in order, those alike in a row told once."""
    for told, alike in groupby(map(_told, history)):
        count = len(list(alike))
        yield told if count == 1 else f"{count} × {told}"


def _told(transfer: Transfer) -> str:
    parts = [
        "" if transfer.ploidy is None else word(transfer.ploidy),
        "" if transfer.oocyte_age_years is None else f"at {label_words(str(transfer.oocyte_age_years))}",
        "" if transfer.per_transfer_percent is None else f"{transfer.per_transfer_percent} %",
        "" if transfer.stage is None else word(transfer.stage),
        "" if transfer.embryos in {None, 1} else f"with {_at_once(transfer.embryos or 1)}",
        f"({word(transfer.result)})",
    ]
    return " ".join(part for part in parts if part)
