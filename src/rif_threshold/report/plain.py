"""An assessment in plain words: the sentences of the couple sheet, each from the catalogue."""

from collections.abc import Iterator

from rif_threshold.assessment import Assessment
from rif_threshold.method import method
from rif_threshold.pathway import recurrent_losses
from rif_threshold.report.counts import Counts
from rif_threshold.report.words import Words
from rif_threshold.routes import route_of
from rif_threshold.transfers import had_positive_test, last_result
from rif_threshold.vocabulary import Route, TransferResult
from rif_threshold.wording import exact_words, shown_line

_MOST_ROWS = 8
_REFUSALS = ("no_row", "per_retrieval", "all_or_none", "product_range", "missing", "high_percent")


class Plain:
    """The sentences of one assessment in one language.

    ``shown_transfers`` is the transfer the sheet speaks of: the one that crosses the line, or the last one that was
    computed where that lies beyond.
    """

    def __init__(self, assessment: Assessment, words: Words) -> None:
        self.assessment, self.words = assessment, words
        self.answer, self.estimate = assessment.threshold, assessment.primary
        self.curve = self.estimate.cumulative_percent if self.estimate else ()
        crossing = self.answer.transfers_to_threshold if self.answer else None
        self.shown_transfers = min(crossing or len(self.curve), len(self.curve))
        self.shown_percent = self.curve[self.shown_transfers - 1] if self.curve else 0.0
        self.counts = Counts(words, float(assessment.rule.percent))
        self.awaited = last_result(assessment.case) == TransferResult.AWAITED

    # The answer.

    def first_line(self) -> str:
        """Whether it is time, and after how many transfers it is."""
        total = self.answer.transfers_to_threshold if self.answer else None
        if total is None:
            return self.words("first_line_out_of_reach")
        return self.words(f"first_line_{self.assessment.state}", total, n=self.words.number(str(total)))

    def standing(self) -> str:
        """Where this couple is."""
        assert self.answer is not None  # noqa: S101 - asked by the caller
        failed = self.words.number(str(self.answer.failed_transfers))
        if self.answer.reached:
            return self.words("standing_now", failed=failed)
        further = self.answer.further_transfers
        if further is None:
            return self.words("standing_out_of_reach")
        if self.answer.failed_transfers == 0:
            return self.words("standing_none_since" if had_positive_test(self.assessment.case) else "standing_none")
        total = self.words.number(str(self.answer.transfers_to_threshold))
        return self.words("standing_more", further, failed=failed, further=self.words.number(str(further)), n=total)

    def first_of_all(self) -> Iterator[str]:
        """What stands above the number: losses, which are another question, and a test that is still to come."""
        if recurrent_losses(self.assessment.case):
            yield self.words("losses")
        if self.awaited:
            yield self._awaited()

    def _awaited(self) -> str:
        later = self.answer.if_negative if self.answer else None
        if later is None or later.further_transfers is None:
            return self.words("awaited")
        if later.reached:
            return self.words("awaited_reached")
        further, total = self.words.number(str(later.further_transfers)), str(later.transfers_to_threshold)
        return self.words("awaited_more", later.further_transfers, further=further, n=self.words.number(total))

    def refusals(self) -> Iterator[str]:
        """Why there is no number, without the number."""
        for problem in self.assessment.primary_problems:
            yield self.words(f"refused_{problem.code if problem.code in _REFUSALS else 'other'}")

    def table_transfers(self) -> tuple[int, ...]:
        """The columns of the table: to one past the answer and past today, thinned where those are many."""
        assert self.answer is not None  # noqa: S101 - asked by the caller
        here, shown = self.answer.failed_transfers, self.shown_transfers
        last = min(max(shown, here) + 1, len(self.curve))
        if last <= _MOST_ROWS:
            return tuple(range(1, last + 1))
        wanted = dict.fromkeys((shown, here, last, shown + 1, here + 1, shown - 1, 1, 2))
        return tuple(sorted(number for number in wanted if 1 <= number <= last))

    # The sentences.

    def teach(self) -> tuple[str, str]:
        """Two questions by which a couple shows what was understood."""
        total = self.answer.transfers_to_threshold if self.answer else None
        if total is None:
            return self.words("teach_chance"), self.words("teach_next")
        return self.words("teach_number", n=self.words.number(str(total))), self.words("teach_next")

    def framing(self) -> tuple[str, ...]:
        """Both framings with the same denominator."""
        n = self.words.number(str(self.shown_transfers))
        return (
            self.words("framing_intro"),
            self.words("framing_yes", n=n, yes=self.counts.of(self.shown_percent)),
            self.words("framing_no", no=self.counts.left(self.shown_percent)),
        )

    def box(self) -> tuple[str, str]:
        """The guard against the usual misreading."""
        by = self.counts.of(self.shown_percent, bare=True)
        no = self.counts.left(self.shown_percent, bare=True)
        n = self.words.number(str(self.shown_transfers))
        key = "box_by_for" if self.counts.is_whole(self.shown_percent) else "box_by_for_unlike"
        return (
            self.words(key, by=by, n=n, next=self.next_chance()),
            self.words("box_expected", no=no),
        )

    def next_chance(self) -> str:
        """The chance of the next transfer by itself."""
        assert self.answer is not None  # noqa: S101 - asked by the caller
        return self.counts.of(self.answer.next_transfer_percent)

    def range_(self) -> tuple[str, ...]:
        """How far the answer may move: between routes, by chance, or with a small change."""
        said = [self.words("range_exact"), *self._routes(), *self._interval()]
        return tuple(said) if len(said) > 1 else (said[0], *self._margin())

    def _routes(self) -> Iterator[str]:
        answers = [each.transfers_to_threshold for each in self.assessment.estimates]
        known = sorted({answer for answer in answers if answer is not None})
        if len(known) > 1:
            low, high = (self.words.number(str(end)) for end in (known[0], known[-1]))
            yield self.words("range_routes", low=low, high=high)

    def _interval(self) -> Iterator[str]:
        beside = self.assessment.perspective
        if beside is not None and beside.interval.level is not None:
            low, high = beside.interval.transfers_lower, beside.interval.transfers_upper
            if high is None or high > method().longest_curve:
                yield self.words("range_interval_open", low=self.words.number(str(low)))
            elif low != high:
                low_text, high_text = (self.words.number(str(end)) for end in (low, high))
                yield self.words("range_interval", low=low_text, high=high_text)

    def _margin(self) -> Iterator[str]:
        estimate = self.estimate
        if estimate is None or estimate.transfers_to_threshold is None:
            return
        total, per = estimate.transfers_to_threshold, estimate.per_transfer_percent
        up, down = estimate.margin.to_fewer_points, estimate.margin.to_more_points
        # Where the transfers are not alike, the margin is that of those planned next.
        which = "" if len(set(estimate.transfer_percents)) == 1 else "_next"
        if up is not None:
            percent = self.words.number(shown_line(per + up, above=True))
            yield self.words(f"range_fewer{which}", n=self.words.number(str(total - 1)), percent=percent)
        if down is not None:
            percent = self.words.number(shown_line(per - down, above=False))
            yield self.words(f"range_more{which}", n=self.words.number(str(total + 1)), percent=percent)

    def used(self) -> Iterator[str]:
        """What the primary route took, and what nothing took."""
        assert self.answer is not None  # noqa: S101 - asked by the caller
        yield from self._used_by_route()
        failed = self.words.number(str(self.answer.failed_transfers))
        yield self.words("used_failed", failed=failed)
        if had_positive_test(self.assessment.case):
            yield self.words("used_since")
        model = self.answer.route == Route.PREDICTION_MODEL
        yield self.words("not_used_model" if model else "not_used")

    def _used_by_route(self) -> Iterator[str]:
        case, route = self.assessment.case, route_of(self.answer.route if self.answer else "")
        for key, values in route.used(case):
            numbers = {name: self.words.number(exact_words(value or 0)) for name, value in values.items()}
            yield self.words(key, **numbers)
        if case.history is not None:
            yield self.words("used_each")

    def options(self) -> tuple[str, ...]:
        """What the couple can do, each in two sentences of like length."""
        if self.awaited:
            first = self.words("option_wait")
        elif self.answer is None:
            first = self.words("option_carry_on_refused")
        else:
            first = self.words("option_carry_on", next=self.next_chance())
        return (first, *(self.words(f"option_{name}") for name in ("look", "break", "stop")))

    def sources(self) -> Iterator[str]:
        """The rule, and where the chance is from."""
        case = self.assessment.case
        own = (case.threshold_percent, case.minimum_transfers) != (
            method().threshold_percent,
            method().minimum_transfers,
        )
        line = self.words.number(exact_words(self.assessment.rule.percent))
        least = case.minimum_transfers or 0
        yield self.words("rule_own" if own else "rule", least, line=line, minimum=self.words.number(str(least)))
        if self.answer is not None:
            key = "from_own_table" if ":" in self.answer.route else f"from_{self.answer.route}"
            named = route_of(self.answer.route).title
            yield self.words(key if self.words.has(key) else "from_route", route=named)
