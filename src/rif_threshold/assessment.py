"""The one use case: a `Case` in, an `Assessment` out. Every surface shows this object."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from rif_threshold._version import __version__
from rif_threshold.answers import Estimate
from rif_threshold.assessed import Assessment, Software, ThresholdAnswer, UsedTable
from rif_threshold.beside import beside, disagreement, if_couples_differ, notes
from rif_threshold.case import Case, read_case
from rif_threshold.citing import cited
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.estimate import Routes, estimate_routes, preferred_route
from rif_threshold.folder import Folder, once_a_folder
from rif_threshold.given import listed
from rif_threshold.method import method
from rif_threshold.own_tables import Directory, own_folder, own_tables_of
from rif_threshold.parts import WITHOUT_VARIABLE, default_parts, named_parts
from rif_threshold.ranges import range_problems
from rif_threshold.routes import caveats
from rif_threshold.routes.kind import ages_differ
from rif_threshold.strata import RateTable
from rif_threshold.tables import shipped
from rif_threshold.transfers import last_result
from rif_threshold.vocabulary import Part, Route, TransferResult

if TYPE_CHECKING:
    from rif_threshold.pathway import Tacrolimus, Workup
    from rif_threshold.perspective import Perspective

_UNREAD = {"not_a_case", "not_named", "count_range"}
"""Where nothing of a case was read, nothing can be said of what it lacks."""


def assess(
    case: Case | Mapping[str, Any],
    *,
    include: Collection[Part | str] | None = None,
    tables: Directory = None,
) -> Assessment:
    """Judge one case.

    Args:
        case: a `Case`, or its fields as they were typed; a row of a data frame will do. Cells that are missing
            (``None``, NaN, pandas' NA) are fields that are not given, and whole-valued floats are whole numbers.
        include: the parts beside the threshold: ``workup``, ``tacrolimus``, ``perspective``; by default all that the
            ``RIF_THRESHOLD_WITHOUT`` variable does not leave out.
        tables: a folder with the clinic's own rate tables, or one as it was read; by default the
            ``RIF_THRESHOLD_TABLES`` variable.

    Returns:
        The `Assessment`. Where the primary route could not be computed its ``threshold`` is ``None``.

    Raises:
        InvalidInput: with every problem of form and of range at once.
        TableError: where a table is not as it should be.

    Source: ESHRE Working Group on Recurrent Implantation Failure, Hum Reprod Open 2023(3):hoad023.

    >>> answer = assess({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}, include=())
    >>> answer.threshold.transfers_to_threshold, answer.threshold.reached, answer.threshold.further_transfers
    (4, False, 1)
    """
    parts = default_parts()  # read even where the caller says what to include, so that no misspelt name goes unseen
    if include is not None:
        parts = _included(include)
    own = own_folder(tables)
    own_tables = own_tables_of(own) if own else {}
    problems: tuple[Problem, ...] = ()
    if not isinstance(case, Case):
        case, problems = read_case(case)
    case, refused_answers, contradictions = _as_asked(case)
    if any(problem.field == "case" and problem.code in _UNREAD for problem in problems):
        raise InvalidInput(problems)
    malformed = {name.split(".")[0] for problem in problems for name in problem.field.split(", ")}
    problems += (*range_problems(case, malformed, own_tables), *refused_answers)
    if problems:
        raise InvalidInput(problems)
    case = _defaults_made_visible(case)
    routes = estimate_routes(case, own_tables)
    primary_route = preferred_route(case, routes)
    _check_primary(case, routes)
    primary = next((estimate for estimate in routes.estimates if estimate.route == primary_route), None)
    table = primary is not None and primary.route == Route.AGE_TABLE and case.primary_route is None
    by_ages = table and ages_differ(case) and _opinions(routes) > 1
    disagreed = disagreement(routes.estimates)
    threshold = _answer(case, primary, disagreed, own_tables)
    said = tuple(notes(case, by_ages=by_ages))
    if threshold is not None and threshold.counting_cannot_tell:
        said = (*caveats("beyond_counting"), *said)
    workup, tacrolimus = _what_follows(case, primary, frozenset() if contradictions else parts)
    known = primary if primary and primary.known else None
    further = _perspective(case, known) if Part.PERSPECTIVE in parts and known else None
    return Assessment.put_together(
        case=case,
        estimates=routes.estimates,
        refused=routes.refused,
        primary_route=None if primary_route is None else str(primary_route),  # no member of a list
        routes_agree=not disagreed,
        disagreement=disagreed,
        threshold=threshold,
        notes=said,
        contradictions=contradictions,
        workup=workup,
        tacrolimus=tacrolimus,
        perspective=further,
        sources=tuple(cited(own, threshold, routes.estimates, routes.refused, said, workup, tacrolimus, further)),
        tables=_used_tables(own),
        software=Software(name="rif-threshold", version=__version__),
        disclaimer=method().disclaimer,
    )


def _as_asked(case: Case) -> tuple[Case, tuple[Problem, ...], tuple[Problem, ...]]:
    """The case by the names that are asked now, what is refused of its answers, and what cannot be true together."""
    if not (case.findings or case.answers or case.medications_checked):
        return case, (), ()
    from rif_threshold import pathway  # noqa: PLC0415 - a threshold alone needs none of its tables

    case = pathway.as_now_asked(case)
    return case, pathway.problems(case), pathway.contradictory_answers(case)


def _what_follows(
    case: Case, primary: Estimate | None, parts: Collection[Part]
) -> tuple["Workup | None", "Tacrolimus | None"]:
    """The work-up and the tacrolimus step, as far as they are among the parts."""
    if not {Part.WORKUP, Part.TACROLIMUS} & {*parts}:
        return None, None
    from rif_threshold import pathway  # noqa: PLC0415

    workup = pathway.workup(case, primary) if Part.WORKUP in parts else None
    return workup, pathway.tacrolimus(case, primary) if Part.TACROLIMUS in parts else None


def _perspective(case: Case, primary: Estimate) -> "Perspective":
    from rif_threshold.perspective import perspective  # noqa: PLC0415

    return perspective(case, primary)


def _opinions(routes: Routes) -> int:
    """How many routes speak of this couple; a table of another population does not."""
    named = (*(each.background for each in routes.estimates), *(each.background for each in routes.refused))
    return named.count(False)


def _included(include: object) -> frozenset[Part]:
    problems: list[Problem] = []
    names = listed((include,) if isinstance(include, str) else include, "include", problems)
    if names is None:
        raise InvalidInput(tuple(problems))
    return named_parts(names, "include")


def _defaults_made_visible(case: Case) -> Case:
    return case.model_copy(
        update={
            "threshold_percent": case.rule.percent,
            "minimum_transfers": case.rule.minimum,
        }
    )


def _check_primary(case: Case, routes: Routes) -> None:
    """Raise `InvalidInput` where the case names a primary route it gives nothing for."""
    given = [each.route for each in routes.estimates] + [each.route for each in routes.refused]
    if case.primary_route is not None and case.primary_route not in given:
        allowed = f"a route this case gives something for: {', '.join(given)}"
        raise InvalidInput((Problem("primary_route", case.primary_route, allowed, "not_in_list"),))


def _answer(
    case: Case, primary: Estimate | None, disagreed: str, own_tables: Mapping[str, RateTable]
) -> ThresholdAnswer | None:
    if primary is None:
        return None
    most, settled = primary.total.lowest, primary.reached or primary.open_ended
    differ = if_couples_differ(primary)
    return ThresholdAnswer(
        **primary.answer.__dict__,
        **_if_negative(case, own_tables),
        percent=float(case.rule.percent),
        minimum_transfers=case.rule.minimum,
        next_percent_if_couples_differ=differ,
        counting_cannot_tell=not settled and (most is None or most > method().most_countable),
        beside=beside(case, primary, disagreed, differ),
    )


def _if_negative(case: Case, own_tables: Mapping[str, RateTable]) -> dict[str, Any]:
    """The answer, had the test that is awaited come out negative: by the route that would answer then."""
    if not case.history or last_result(case) != TransferResult.AWAITED:
        return {}
    *done, last = case.history
    failed = last.model_copy(update={"result": TransferResult.NO_POSITIVE_TEST})
    later = case.model_copy(update={"history": (*done, failed)})
    routes = estimate_routes(later, own_tables)
    route = preferred_route(later, routes)
    answer = next((each.answer for each in routes.estimates if each.route == route), None)
    lacks = next((each.problems for each in routes.refused if each.route == route), ())
    return {"if_negative": answer, "if_negative_lacks": lacks}


def _used_tables(own: Folder | None) -> tuple[UsedTable, ...]:
    return _tables_of(shipped()) + (_tables_of(own) if own else ())


_OF_A_LIST = ("mappings/", "register/")
"""By these a clinic's list of transfers is read. No answer on one couple rests on them."""


@once_a_folder
def _tables_of(folder: Folder) -> tuple[UsedTable, ...]:
    prefix = "" if folder is shipped() else "own:"
    named = {name: digest for name, digest in folder.digests.items() if not name.startswith(_OF_A_LIST)}
    return tuple(UsedTable(id=f"{prefix}{name}", sha256=digest) for name, digest in sorted(named.items()))


__all__ = ["WITHOUT_VARIABLE", "Assessment", "ThresholdAnswer", "assess", "default_parts"]
