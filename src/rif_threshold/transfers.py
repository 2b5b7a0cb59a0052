"""The embryo transfers of a couple: those that were done, and the kind that is planned next."""

from typing import Annotated

from pydantic import Field

from rif_threshold.bounds import MOST_ENTRIES
from rif_threshold.record import Count, Percent, Record, Typed, TypedRecord, YesNo
from rif_threshold.vocabulary import POSITIVE_TESTS, Ploidy, TransferResult


class Transfer(TypedRecord):
    """One embryo transfer that has been done, in a case's ``history``, oldest first."""

    result: Annotated[
        TransferResult,
        Typed(menu=True),
        Field(
            title="what followed",
            description="What happened after it. A cycle or a thaw without a transfer, and a natural pregnancy, are not"
            " listed. Only the last transfer can still wait for its test.",
        ),
    ]
    oocyte_age_years: Annotated[
        Count | None,
        Field(
            title="age at egg retrieval", description="The woman's age when the oocyte was retrieved, completed years."
        ),
    ] = None
    ploidy: Annotated[
        Ploidy | None,
        Field(title="embryos", description="What was known of the embryo's chromosomes (PGT-A)."),
    ] = None
    per_transfer_percent: Annotated[
        Percent | None,
        Field(
            title="its own chance",
            description="A chance of implantation for this very transfer, in percent, if one is known. It then serves"
            " every route.",
        ),
    ] = None
    embryos: Annotated[
        Count | None,
        Field(
            title="embryos placed",
            description="How many embryos were placed. Recorded; no source read gives a rate for two.",
        ),
    ] = None


class Transfers(Record):
    """What every route is told: the transfers that were done, and the kind that is planned next."""

    oocyte_age_years: Annotated[
        Count | None,
        Typed("--oocyte-age"),
        Field(
            title="age at egg retrieval",
            description="The woman's age, completed years, at retrieval of the oocytes for the transfers planned next"
            " and, where no history is given, for those that failed.",
        ),
    ] = None
    ploidy: Annotated[
        Ploidy | None,
        Typed("--ploidy"),
        Field(title="embryos", description="Likewise, what was known of the embryos' chromosomes (PGT-A)."),
    ] = None
    failed_transfers: Annotated[
        Count | None,
        Typed("--failed"),
        Field(
            title="failed transfers",
            description="Transfers of embryos considered to be viable, without a positive pregnancy test, since the"
            " last positive one; 0 if none.",
        ),
    ] = None
    history: Annotated[
        Annotated[tuple[Transfer, ...], Field(max_length=MOST_ENTRIES)] | None,
        Field(
            title="the transfers one by one",
            description="The transfers one by one, oldest first, instead of their number.",
        ),
    ] = None
    high_percent_confirmed: Annotated[
        YesNo,
        Typed("--percent-is-high"),
        Field(
            title="high percentages are meant",
            description="High percentages are meant for one transfer or cycle, not for several added up.",
        ),
    ] = False


def last_result(known: Transfers) -> TransferResult | None:
    """What followed the last transfer that is listed; ``None`` where none is."""
    return known.history[-1].result if known.history else None


def had_positive_test(known: Transfers) -> bool:
    """Whether a listed transfer led to a positive test: the count of failed transfers started again after it."""
    return any(transfer.result in POSITIVE_TESTS for transfer in known.history or ())


def counted_transfers(known: Transfers) -> tuple[Transfer, ...]:
    """The failed transfers of the current run: those after the last positive test. One whose test is awaited is none.

    Without a history they are ``failed_transfers`` transfers of the kind the case describes.

    >>> case = Transfers(history=[{"result": "biochemical"}, {"result": "no_positive_test"}])
    >>> len(counted_transfers(case))
    1
    """
    if known.history is None:
        alike = Transfer(
            result=TransferResult.NO_POSITIVE_TEST, oocyte_age_years=known.oocyte_age_years, ploidy=known.ploidy
        )
        return (alike,) * (known.failed_transfers or 0)
    run: list[Transfer] = []
    for transfer in known.history:
        if transfer.result in POSITIVE_TESTS:
            run = []
        elif transfer.result == TransferResult.NO_POSITIVE_TEST:
            run.append(transfer)
    return tuple(run)
