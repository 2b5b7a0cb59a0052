"""The embryo transfers of a couple: those that were done, and the kind that is planned next."""

from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, SerializerFunctionWrapHandler, model_serializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from rif_threshold.bounds import MOST_ENTRIES
from rif_threshold.record import Age, Count, Percent, Record, Typed, TypedRecord, YesNo, once_a_record
from rif_threshold.vocabulary import POSITIVE_TESTS, Eggs, Ploidy, Stage, TransferResult

NOTHING = "none"
"""What is written for ``planned`` where nothing is."""


class _OrNothing:
    """Says in the published schema of what is read that this word may stand here too."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        return schema if handler.mode == "serialization" else {"anyOf": [*schema["anyOf"], {"const": NOTHING}]}


class EmbryoKind(TypedRecord):
    """The kind of a transfer: what its chance depends on."""

    oocyte_age_years: Annotated[
        Age | None,
        Field(
            title="age at egg retrieval",
            description="The age of the woman whose egg it is (a donor's for a donated one) when it was retrieved,"
            " completed years; a band such as <35 or 35-39 where no more is known.",
        ),
    ] = None
    ploidy: Annotated[
        Ploidy | None,
        Field(title="embryos", description="What was known of the embryo's chromosomes (PGT-A)."),
    ] = None
    embryos: Annotated[
        Count | None,
        Field(
            title="embryos placed",
            description="How many embryos are placed at once; one if not said. No source read gives a rate for two.",
        ),
    ] = None
    stage: Annotated[
        Stage | None,
        Field(title="stage", description="How far the embryo had grown. Recorded; ESHRE's table does not ask for it."),
    ] = None


class Transfer(EmbryoKind):
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
    per_transfer_percent: Annotated[
        Percent | None,
        Field(
            title="its own chance",
            description="A chance of implantation for this very transfer, in percent, if one is known. It then serves"
            " every route.",
        ),
    ] = None


class Planned(EmbryoKind):
    """The kind of transfer that is planned next, where it is another than the kind that failed; or that none is."""

    oocyte_age_years: Annotated[
        Age | None,
        Typed("--planned-oocyte-age"),
        Field(title="age at egg retrieval", description="The age at retrieval of the oocytes, as above."),
    ] = None
    ploidy: Annotated[
        Ploidy | None,
        Typed("--planned-ploidy"),
        Field(title="embryos", description="What is known of the embryo's chromosomes (PGT-A)."),
    ] = None
    embryos: Annotated[
        Count | None,
        Typed("--planned-embryos"),
        Field(title="embryos placed", description="How many embryos are to be placed at once; one if not said."),
    ] = None
    stage: Annotated[
        Stage | None,
        Typed("--planned-stage"),
        Field(title="stage", description="How far the embryo will have grown."),
    ] = None
    nothing: Annotated[
        YesNo | None,
        Typed("--nothing-planned"),
        Field(title="nothing is planned", description="No further transfer is planned, or it is not decided."),
    ] = None

    @property
    def says_nothing(self) -> bool:
        """Whether it names no kind and does not say that none is planned: then it is as if it were not given."""
        return not self.nothing and all(getattr(self, name) is None for name in EmbryoKind.model_fields)

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> Any:
        return NOTHING if self.nothing else handler(self)


class Transfers(Record):
    """What every route is told: the transfers that were done, and the kind that is planned next.

    Without ``planned`` the four fields of a kind mean the transfers planned next and, without a history, those that
    failed. With ``planned`` they mean those that failed.
    """

    oocyte_age_years: Annotated[
        Age | None,
        Typed("--oocyte-age"),
        Field(
            title="age at egg retrieval",
            description="The age of the woman whose eggs they are (the donor's for donated ones), completed years, at"
            " retrieval for the transfers that failed and, where no other kind is planned, for the next. A band such as"
            " <35 or 35-39 where no more is known.",
        ),
    ] = None
    ploidy: Annotated[
        Ploidy | None,
        Typed("--ploidy"),
        Field(title="embryos", description="Likewise, what was known of the embryos' chromosomes (PGT-A)."),
    ] = None
    embryos: Annotated[
        Count | None,
        Typed("--embryos"),
        Field(title="embryos placed", description="Likewise, how many were placed at once; one if not said."),
    ] = None
    stage: Annotated[
        Stage | None,
        Typed("--stage"),
        Field(
            title="stage", description="Likewise, how far they had grown. The register's table asks, ESHRE's does not."
        ),
    ] = None
    eggs: Annotated[
        Eggs | None,
        Typed("--eggs"),
        Field(
            title="whose eggs",
            description="Whose eggs, and whether they were frozen as eggs. Only the register's tables ask for it; own"
            " eggs that were never frozen if not said. The age is always that of the woman whose eggs they are.",
        ),
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
    planned: Annotated[
        Planned | None,
        _OrNothing(),
        Field(
            title="planned next",
            description="The kind planned next, where it is another than the kind that failed; none where nothing is.",
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


def planned_apart(known: Transfers) -> bool:
    """Whether what is planned next is said apart from what failed."""
    return known.planned is not None and not known.planned.says_nothing


def planned_kind(known: Transfers) -> EmbryoKind | None:
    """The kind planned next; ``None`` where nothing is planned.

    >>> planned_kind(Transfers(ploidy="untested", planned={"ploidy": "euploid"})).ploidy.value
    'euploid'
    """
    if not planned_apart(known):
        return _flat(known)
    return None if known.planned is None or known.planned.nothing else known.planned


def planned_age(known: Transfers) -> int | str | None:
    """The age at retrieval for the kind planned next; ``None`` where it is not known, or nothing is planned."""
    planned = planned_kind(known)
    return planned.oocyte_age_years if planned else None


def planned_ploidy(known: Transfers) -> Ploidy | None:
    """The ploidy of the kind planned next; ``None`` where it is not known, or nothing is planned."""
    planned = planned_kind(known)
    return planned.ploidy if planned else None


def last_result(known: Transfers) -> TransferResult | None:
    """What followed the last transfer that is listed; ``None`` where none is."""
    return known.history[-1].result if known.history else None


def had_positive_test(known: Transfers) -> bool:
    """Whether a listed transfer led to a positive test: the count of failed transfers started again after it."""
    return any(transfer.result in POSITIVE_TESTS for transfer in known.history or ())


@once_a_record
def counted_transfers(known: Transfers) -> tuple[Transfer, ...]:
    """The failed transfers of the current run: those after the last positive test. One whose test is awaited is none.

    Without a history they are ``failed_transfers`` transfers of the kind the case describes.

    >>> case = Transfers(history=[{"result": "biochemical"}, {"result": "no_positive_test"}])
    >>> len(counted_transfers(case))
    1
    """
    if known.history is None:
        alike = Transfer.of(_flat(known), result=TransferResult.NO_POSITIVE_TEST, per_transfer_percent=None)
        return (alike,) * (known.failed_transfers or 0)
    run: list[Transfer] = []
    for transfer in known.history:
        if transfer.result in POSITIVE_TESTS:
            run = []
        elif transfer.result == TransferResult.NO_POSITIVE_TEST:
            run.append(transfer)
    return tuple(run)


@once_a_record
def _flat(known: Transfers) -> EmbryoKind:
    """The kind that the case itself describes."""
    return EmbryoKind.of(known)
