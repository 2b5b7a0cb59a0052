"""What is answered: where a couple stands by one route, what it rests on, and why a route has no answer."""

from decimal import Decimal

from rif_threshold.errors import Problem
from rif_threshold.pair import Pair
from rif_threshold.record import Record
from rif_threshold.strata import Stratum
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.vocabulary import Denominator, Outcome, ThresholdState, WidenedBy
from rif_threshold.wording import NOT_KNOWN, between_percent, line_words, transfers_words


class MarginPoints(Record):
    """Percentage points by which the per-transfer probability may move before the answer changes."""

    to_fewer_points: float | None
    to_more_points: float | None


class RateInterval(Record):
    """How sure a counted rate is, and what follows for transfers of the planned kind, all alike.

    Clopper-Pearson bounds, which never cover less often than the level says; the probabilities of each number of
    transfers come from the Jeffreys posterior.
    """

    level: float
    method: str
    lower_percent: float
    upper_percent: float
    cumulative_lower_percent: tuple[float, ...]
    cumulative_upper_percent: tuple[float, ...]
    transfers_lower: int | None
    transfers_upper: int | None
    threshold_probabilities: dict[int, float]
    probability_beyond: float


class Answer(Record):
    """After how many transfers the line is crossed, and where the couple stands. Percentages are unrounded.

    A chance that is not known lies between two ends, and so does what follows from it: ``..._lowest`` is what the
    lowest chance gives (the most transfers), ``..._highest`` what the highest gives. The plain field holds the value
    where both ends agree, and ``None`` where they do not.

    Attributes:
        route: the route that it is by.
        state: where the couple stands: by both ends reached, by neither (not yet), or it cannot be said.
        failed_transfers: how many count.
        transfers_to_threshold: after how many the line is crossed. ``None`` at an end: more than 1,000, or nothing is
            known of the kind planned next.
        crossed_at: the failed transfer that crossed the line; ``None`` where none did.
        cumulative_percent_so_far: the chance of the failed transfers together.
        reached: whether the line is crossed; ``None`` where it cannot be said.
        further_transfers: how many more cross the line; 0 where it is crossed; ``None`` as above.
        next_transfer_percent: the chance of the next transfer by itself; ``None`` at both ends where nothing is
            planned, or nothing is known of it.
        widened_by: why the ends of what was done differ.
        next_widened_by: why the ends of the next chance differ.
    """

    route: str
    state: ThresholdState
    failed_transfers: int
    transfers_to_threshold: int | None
    transfers_to_threshold_lowest: int | None
    transfers_to_threshold_highest: int | None
    crossed_at: int | None
    crossed_at_lowest: int | None
    crossed_at_highest: int | None
    cumulative_percent_so_far: float | None
    cumulative_percent_so_far_lowest: float
    cumulative_percent_so_far_highest: float
    reached: bool | None
    further_transfers: int | None
    further_transfers_lowest: int | None
    further_transfers_highest: int | None
    next_transfer_percent: float | None
    next_transfer_percent_lowest: float | None
    next_transfer_percent_highest: float | None
    widened_by: tuple[WidenedBy, ...]
    next_widened_by: tuple[WidenedBy, ...]

    @property
    def reasons(self) -> tuple[WidenedBy, ...]:
        """Why an answer differs at its ends: for what was done and, where more is to come, for that too."""
        wide = self.widened_by if self.so_far.agreed is None else ()
        return tuple(dict.fromkeys((*wide, *self.next_widened_by))) if self.state == ThresholdState.NOT_YET else wide

    @property
    def so_far(self) -> Pair[float]:
        """Both ends of the chance of the failed transfers together."""
        return Pair(self.cumulative_percent_so_far_lowest, self.cumulative_percent_so_far_highest)

    @property
    def total(self) -> Pair[int | None]:
        """After how many transfers the line is crossed, by both ends."""
        return Pair(self.transfers_to_threshold_lowest, self.transfers_to_threshold_highest)

    @property
    def further(self) -> Pair[int | None]:
        """How many more cross it, by both ends."""
        return Pair(self.further_transfers_lowest, self.further_transfers_highest)

    @property
    def following(self) -> Pair[float] | None:
        """Both ends of the chance of the next transfer by itself; ``None`` where nothing is known of it."""
        lowest, highest = self.next_transfer_percent_lowest, self.next_transfer_percent_highest
        return None if lowest is None or highest is None else Pair(lowest, highest)

    @property
    def never(self) -> bool:
        """Whether the next transfer may have no chance at all: then the line may never be crossed."""
        return self.next_transfer_percent_lowest == 0

    @property
    def open_ended(self) -> bool:
        """Whether the line is still to be crossed, and what is planned is not known."""
        return self.reached is not True and self.following is None


class Estimate(Answer):
    """What one route answers, and what it rests on.

    ``transfer_percents`` and ``cumulative_percent`` begin after the last positive test: first the failed transfers,
    each with its own probability, then the planned ones, as far as their chance is known. ``per_transfer_percent`` is
    the chance of the kind planned next or, where nothing is planned, of the kind that failed.

    ``stage`` says how far the embryos had grown that were counted, as far as a source says so. One in the background
    is by a table of another population: context, no second opinion; ``rows`` are those of that table that its chance
    is from, with all outcomes that were counted.
    """

    label: str
    explanation: str
    outcome: Outcome
    denominator: Denominator
    per_transfer_percent: float | None
    per_transfer_percent_lowest: float | None
    per_transfer_percent_highest: float | None
    live_birth_percent: float | None = None
    transfer_percents: tuple[float | None, ...]
    transfer_percents_lowest: tuple[float, ...]
    transfer_percents_highest: tuple[float, ...]
    cumulative_percent: tuple[float | None, ...]
    cumulative_percent_lowest: tuple[float, ...]
    cumulative_percent_highest: tuple[float, ...]
    margin: MarginPoints
    successes: int | None = None
    transfers: int | None = None
    interval: RateInterval | None = None
    stage: str = ""
    background: bool = False
    rows: tuple[Stratum, ...] = ()
    sources: tuple[SourceReference, ...]
    caveats: tuple[Remark, ...]

    @property
    def known(self) -> bool:
        """Whether every chance is known, also that of the kind planned next."""
        return None not in self.transfer_percents and self.next_transfer_percent is not None

    @property
    def failed_since_crossing(self) -> bool:
        """Whether every chance is known, and a transfer failed after the line was crossed."""
        return self.known and self.crossed_at is not None and self.failed_transfers > self.crossed_at

    @property
    def curve(self) -> tuple[Pair[float], ...]:
        """The cumulative chance after each transfer, by both ends."""
        return tuple(map(Pair, self.cumulative_percent_lowest, self.cumulative_percent_highest))

    @property
    def per_transfer(self) -> Pair[float] | None:
        """Both ends of the chance per transfer; ``None`` where nothing is known of it."""
        lowest, highest = self.per_transfer_percent_lowest, self.per_transfer_percent_highest
        return None if lowest is None or highest is None else Pair(lowest, highest)

    @property
    def answer(self) -> Answer:
        """The answer alone."""
        return Answer.of(self)


class Refused(Record):
    """A route that could not be computed, and why."""

    route: str
    label: str
    problems: tuple[Problem, ...]
    interval: RateInterval | None = None
    background: bool = False

    @property
    def unfinished(self) -> bool:
        """Whether it only lacks something: what was not given yet, or the answer to a question about it."""
        return all(problem.code in {"missing", "high_percent"} for problem in self.problems)

    @property
    def stands_back(self) -> bool:
        """Whether it leaves the answer to another: it is unfinished, or its figure can be no chance of one transfer."""
        return self.unfinished or all(problem.code == "product_range" for problem in self.problems)


def answer_lines(estimate: Estimate) -> tuple[float, ...]:
    """The per-transfer chances, in percent, at which the answer changes: upwards and downwards, where it does."""
    up, down = estimate.margin.to_fewer_points, estimate.margin.to_more_points
    p = estimate.per_transfer_percent or 0.0
    return (*(() if up is None else (p + up,)), *(() if down is None else (p - down,)))


def where_words(answer: Answer, percent: float | Decimal, minimum: int) -> str:
    """On which side of the line a couple is who has not crossed it; where the minimum decides, that is said."""
    line, least = line_words(percent), f"at least {transfers_words(minimum)} must have failed"
    if answer.so_far.highest <= percent:
        return f"not above {line}"
    return f"above {line}, but {least}" if answer.so_far.lowest > percent else f"not surely above {line}, and {least}"


def chance_words(estimate: Estimate) -> str:
    """The chance per transfer, on its own side of every chance at which the answer changes."""
    if (ends := estimate.per_transfer) is None:
        return NOT_KNOWN
    return between_percent(*ends, *answer_lines(estimate))
