"""What one couple adds to every count of an audit: its rows at their ranks, how it ended, and what the rules say."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from rif_threshold.pair import Pair
from rif_threshold.register.audit.histories import CLINICAL, FAILED, ONGOING, Histories, History
from rif_threshold.register.audit.ledger import Atom, Key
from rif_threshold.register.audit.rules import Rule, crossings
from rif_threshold.register.audit.runs import Run, runs_of, stratum_of

FIRST, LATER, SURE = "first", "later", "sure"
"""Groups of runs: those before which the file has no positive test of the couple, all others, and those of the first
that do not begin early in the file."""
YES, NO, CANNOT = "yes", "no", "cannot_be_said"
ONLY_ESHRE, ONLY_OTHER = "only_eshre", "only_other"


def atoms_of(histories: Histories) -> tuple[Atom, ...]:
    """What the counts of a register are sums of: its histories, and rows that are in none."""
    beside = {"too_recent": histories.too_recent, "problem": histories.in_couples_with_problem}
    return (
        *(Atom(adds_of(history), count) for history, count in histories.couples),
        *(Atom({("rows", name): 1, ("rows",): 1}, count) for name, count in beside.items() if count),
    )


@cache
def adds_of(history: History) -> Mapping[Key, int]:
    """What one couple with this history adds to every count."""
    runs = list(runs_of(history))
    found = Counter[Key](_of_couple(history, runs))
    for number, run in enumerate(runs):
        found.update(_of_rows(FIRST if number == 0 else LATER, run))
        if number == len(runs) - 1 and run.followed == FAILED:
            found.update(_of_end(FIRST if number == 0 else LATER, run, history))
    if runs:
        found.update(_of_first_run(history, runs))
    return dict(found)


def _of_couple(history: History, runs: list[Run]) -> Iterator[Key]:
    """A couple, its rows, and what the rules say of it now and ever."""
    yield from [("rows",)] * (sum(len(run.kinds) for run in runs) + history.awaited)
    if history.awaited:
        yield ("rows", "awaited")
    if not runs:
        yield ("couples", "without_a_result")
        return
    yield ("couples",)
    crossed = [crossings(run.failed) for run in runs]
    for rule in Rule:
        by_run = [_said(each[rule]) for each in crossed]
        yield ("ever", rule, YES if YES in by_run else CANNOT if CANNOT in by_run else NO)
    if runs[-1].followed == FAILED:
        yield ("current",)
        yield ("now", *(_said(crossed[-1][rule]) for rule in Rule))
        if len(runs) > 1 and _said(crossed[-1][Rule.ESHRE]) == YES:
            yield ("now_after_a_positive_test",)


def _said(crossed: Pair[int | None]) -> str:
    if crossed.lowest is not None:
        return YES
    return NO if crossed.highest is None else CANNOT


def _of_rows(group: str, run: Run) -> Iterator[Key]:
    """Each transfer of a run, at its rank."""
    for rank, kind in enumerate(run.kinds, start=1):
        followed = run.followed if rank == len(run.kinds) else FAILED
        yield (group, "at_rank", rank)
        if followed != FAILED:
            yield (group, "came", rank)
        elif rank < len(run.kinds):
            yield (group, "went_on", rank)
        stratum = stratum_of(kind)
        if stratum is None:
            yield (group, "outside", rank)
            continue
        yield (group, "risk", rank, stratum)
        if followed != FAILED:
            yield (group, "positive", rank, stratum)
        if followed != ONGOING:
            yield (group, "known", rank, stratum)
        if followed == CLINICAL:
            yield (group, "clinical", rank, stratum)


def _of_end(group: str, run: Run, history: History) -> Iterator[Key]:
    """A run that ended in a failure, and what is known of why."""
    why = "awaiting" if history.awaited else "in_treatment" if history.recent else "left"
    yield (group, why, len(run.kinds))
    stratum = stratum_of(run.kinds[-1])
    if stratum is not None:
        yield (group, "gone", len(run.kinds), stratum)


def _of_first_run(history: History, runs: list[Run]) -> Iterator[Key]:
    """The first run as fits and comparisons need it."""
    run = runs[0]
    yield from _of_chain(history, run)
    if not history.early:
        yield from ((SURE, *key[1:]) for key in _of_rows(FIRST, run) if key[1] in {"risk", "positive"})
    crossed = crossings(run.failed)
    ours = crossed[Rule.ESHRE]
    for rule in Rule:
        if rule != Rule.ESHRE and (apart := _apart(ours, crossed[rule])) is not None:
            yield ("apart", rule, apart)
    if ours.lowest is not None:
        yield ("crossed",)
        if len(run.kinds) > ours.lowest or (len(runs) == 1 and history.awaited):
            yield ("crossed", "went_on")


def _of_chain(history: History, run: Run) -> Iterator[Key]:
    """The first run up to the first change of its stratum, and when it began."""
    first = stratum_of(run.kinds[0])
    for rank, kind in enumerate(run.kinds, start=1):
        if first is None or stratum_of(kind) != first:
            yield ("changed",)
            return
        followed = run.followed if rank == len(run.kinds) else FAILED
        for name in ("n", "x") if followed != FAILED else ("n",):
            yield ("chain", first, rank, name)
            if rank == 1:
                yield ("era", history.era, first, name)


def _apart(ours: Pair[int | None], other: Pair[int | None]) -> str | int | None:
    """By how many transfers the other rule is later than ours; ``None`` where neither is met."""
    if ours == other == Pair(None, None):
        return None
    if ours.lowest != ours.highest or other.lowest != other.highest:
        return CANNOT
    if ours.lowest is None or other.lowest is None:
        return ONLY_OTHER if ours.lowest is None else ONLY_ESHRE
    return other.lowest - ours.lowest
