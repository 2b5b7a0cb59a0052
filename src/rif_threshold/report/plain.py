"""An assessment in plain words: the sentences of the couple sheet, each from the catalogue."""

from collections.abc import Iterator
from typing import Any

from rif_threshold.assessment import Assessment
from rif_threshold.context import other_numbers
from rif_threshold.losses import recurrent_losses
from rif_threshold.method import method
from rif_threshold.pair import Pair
from rif_threshold.report.counts import Counts
from rif_threshold.report.shapes import of_100
from rif_threshold.report.words import Words
from rif_threshold.routes import route_of
from rif_threshold.transfers import had_positive_test, last_result
from rif_threshold.vocabulary import Route, TransferResult
from rif_threshold.wording import exact_words, shown_line

_MOST_ROWS = 8
_REFUSALS = ("no_row", "per_retrieval", "all_or_none", "product_range", "missing", "high_percent")


class Plain:
    """The sentences of one assessment in one language.

    ``shown_transfers`` is the transfer the sheet speaks of: where the couple stands if the line is crossed, else the
    one that crosses it, as far as that is known and can be counted.
    """

    def __init__(self, assessment: Assessment, words: Words) -> None:
        self.assessment, self.words = assessment, words
        self.answer, self.estimate = assessment.threshold, assessment.primary
        self.curve = self.estimate.curve if self.estimate else ()
        self.shown_transfers = min(max(self._spoken_of(), 1), len(self.curve))
        self.shown = self.curve[self.shown_transfers - 1] if self.curve else Pair(0.0, 0.0)
        self.counts = Counts(words, float(assessment.rule.percent))
        self.awaited = last_result(assessment.case) == TransferResult.AWAITED

    def _spoken_of(self) -> int:
        answer = self.answer
        if answer is None:
            return 0
        if answer.reached or answer.open_ended or answer.counting_cannot_tell:
            return answer.failed_transfers
        return answer.failed_transfers if answer.reached is None else answer.total.lowest or 0

    # The answer.

    def first_line(self) -> str:
        """Whether it is time, and after how many transfers it is."""
        answer = self.answer
        assert answer is not None  # noqa: S101 - asked by the caller
        if answer.counting_cannot_tell and answer.reached is False:
            return self.words("first_line_out_of_reach")
        most, fewest = answer.total
        state = f"first_line_{answer.state}"
        if answer.reached is None:
            return self.words(state)
        if answer.open_ended or fewest is None or most is None:
            return self.words(f"{state}_open")
        if most != fewest:
            return self.words(f"{state}_between", low=self._number(fewest), high=self._number(most))
        return self.words(state, most, n=self._number(most))

    def standing(self) -> Iterator[str]:
        """Where this couple is."""
        answer = self.answer
        assert answer is not None  # noqa: S101 - asked by the caller
        had = (answer.failed_transfers, self._number(answer.failed_transfers))
        if answer.reached:
            now = answer.total.lowest == answer.failed_transfers
            yield self.words("standing_now" if now else "standing_now_since", had[0], failed=had[1])
        elif answer.counting_cannot_tell and answer.reached is False and answer.total.lowest == answer.total.highest:
            if answer.failed_transfers:
                yield self.words("standing_failed", had[0], failed=had[1])
            yield self.words("standing_out_of_reach")
        elif answer.failed_transfers == 0:
            yield self.words("standing_none_since" if had_positive_test(self.assessment.case) else "standing_none")
        elif answer.reached is None or answer.further.lowest is None or answer.further.lowest != answer.further.highest:
            yield from () if self.awaited else (self.words("standing_failed", had[0], failed=had[1]),)
        elif not self.awaited:
            further, total = self._number(answer.further.lowest), self._number(answer.total.lowest)
            more = self.words("standing_more", answer.further.lowest, further=further, n=total)
            yield f"{self.words('standing_failed', had[0], failed=had[1])} {more}"
        if answer.so_far.agreed is None or answer.total.lowest != answer.total.highest:
            known = "whatever" if answer.reached else "unknown"
            yield from (self.words(f"{known}_{each}") for each in answer.reasons)

    def _number(self, number: int | None) -> str:
        return self.words.number(str(number))

    def first_of_all(self) -> Iterator[str]:
        """What stands above the number: a test that is still to come."""
        if self.awaited:
            yield self._awaited()

    def led(self, first_line: str, *standing: str) -> dict[str, Any]:
        """The first line and what follows it. Losses, which are another question, come before both."""
        if recurrent_losses(self.assessment.case):
            return {"first_line": self.words("losses"), "standing": (self.words("losses_more"), first_line, *standing)}
        return {"first_line": first_line, "standing": standing}

    def _awaited(self) -> str:
        later = self.answer.if_negative if self.answer else None
        now = self.answer is not None and self.answer.reached
        if now or later is None or later.further_transfers is None or later.transfers_to_threshold is None:
            return self.words("awaited")
        if later.reached:
            return self.words("awaited_reached")
        further, total = self._number(later.further_transfers), self._number(later.transfers_to_threshold)
        return self.words("awaited_more", later.further_transfers, further=further, n=total)

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
        crossing = self.answer.transfers_to_threshold or shown
        wanted = dict.fromkeys((crossing, shown, here, last, shown + 1, here + 1, shown - 1, 1, 2))
        return tuple(sorted([number for number in wanted if 1 <= number <= last][:_MOST_ROWS]))

    # The sentences.

    def teach(self) -> tuple[str, str]:
        """Two questions by which a couple shows what was understood."""
        total = self.answer.transfers_to_threshold if self.answer else None
        if total is None or (self.answer and self.answer.counting_cannot_tell):
            return self.words("teach_chance"), self.words("teach_next")
        return self.words("teach_number", n=self._number(total)), self.words("teach_next")

    def people(self) -> tuple[int, int]:
        """Of 100 couples, those with a pregnancy, and those of whom it cannot be said."""
        low, high = (of_100(end)[0] if end else 0 for end in self.shown)
        return low, high - low

    def framing(self) -> tuple[str, ...]:
        """Both framings with the same denominator, and between them those of whom it cannot be said."""
        n, maybe = self._number(self.shown_transfers), self.people()[1]
        if not maybe:
            yes, no = self.counts.of(self.shown.lowest), self.counts.left(self.shown.highest)
            return self.words("framing_intro"), self.words("framing_yes", n=n, yes=yes), self.words("framing_no", no=no)
        yes, no = self._number(self.people()[0]), self._number(100 - sum(self.people()))
        return (
            self.words("framing_intro"),
            self.words("framing_yes_at_least", n=n, yes=yes),
            self.words("framing_maybe", maybe=self._number(maybe)),
            self.words("framing_no_at_least", no=no),
        )

    def box(self) -> tuple[str, ...]:
        """The guard against the usual misreading."""
        n, whole = self._number(self.shown_transfers), self.shown.agreed
        by = "" if whole is None else self.counts.of(whole, bare=True)
        following = self.next_chance()
        said = [self.words("box_next_not_known", n=n)]
        if following:
            key = "box_by_for" if whole is not None and self.counts.is_whole(whole) else "box_by_for_unlike"
            said = [self.words(key, by=by, n=n, next=following)]
        if recurrent_losses(self.assessment.case):
            return tuple(said)  # nothing is to reassure beside losses
        if whole is None:
            said.append(self.words("box_luck"))
        else:
            reached = self.answer is not None and self.answer.reached
            no = self.counts.left(whole, bare=True)
            said.append(self.words("box_expected_reached" if reached else "box_expected", no=no))
        return tuple(said)

    def next_chance(self) -> str:
        """The chance of the next transfer by itself; empty where nothing is known of it."""
        assert self.answer is not None  # noqa: S101 - asked by the caller
        ends, differ = self.answer.following, self.answer.next_percent_if_couples_differ
        if ends is None:
            return ""
        lowest = ends.lowest if differ is None else differ
        if lowest == ends.highest:
            return self.counts.of(lowest)
        low, high = (self.counts.of(end, bare=True) for end in (lowest, ends.highest))
        return self.words("between", low=low, high=high)

    def range_(self) -> tuple[str, ...]:
        """How far the answer may move: between routes, by chance, or with a small change."""
        if self.answer is not None and self.answer.counting_cannot_tell and self.answer.total.agreed is not None:
            return ()
        bounds = tuple(self._bounds())
        said = [*(bounds or (self.words("range_exact"),)), *self._routes(), *self._interval()]
        said = said if len(said) > 1 else [said[0], *self._margin()]
        return (*said, *([self.words("range_elsewhere")] if other_numbers(self.assessment) else []))

    def _bounds(self) -> Iterator[str]:
        """What the answer would be by either end."""
        most, fewest = self.answer.total if self.answer else Pair(None, None)
        if fewest is not None and most is None:
            never = self.answer is not None and self.answer.never
            yield self.words("range_bounds_open" if never else "range_bounds_more", low=self._number(fewest))
        elif most != fewest:
            yield self.words("range_bounds", low=self._number(fewest), high=self._number(most))

    def _routes(self) -> Iterator[str]:
        """What other routes would answer. Where the primary one is not known exactly, it has a sentence of its own."""
        answers = [each.transfers_to_threshold for each in self.assessment.estimates if not each.background]
        known = sorted({answer for answer in answers if answer is not None})
        if len(known) > 1:
            yield self.words("range_routes", low=self._number(known[0]), high=self._number(known[-1]))

    def _interval(self) -> Iterator[str]:
        counted = self.estimate.interval if self.estimate else None
        if counted is not None:
            low, high = counted.transfers_lower, counted.transfers_upper
            if high is None or high > method().longest_curve:
                yield self.words("range_interval_open", low=self._number(low))
            elif low != high:
                yield self.words("range_interval", low=self._number(low), high=self._number(high))

    def _margin(self) -> Iterator[str]:
        estimate = self.estimate
        if estimate is None or estimate.transfers_to_threshold is None or estimate.per_transfer_percent is None:
            return
        total, per = estimate.transfers_to_threshold, estimate.per_transfer_percent
        up, down = estimate.margin.to_fewer_points, estimate.margin.to_more_points
        # Where the transfers are not alike, the margin is that of those planned next.
        which = "" if len(set(estimate.transfer_percents)) == 1 else "_next"
        if up is not None:
            percent = self.words.number(shown_line(per + up, above=True))
            yield self.words(f"range_fewer{which}", n=self._number(total - 1), percent=percent)
        if down is not None:
            percent = self.words.number(shown_line(per - down, above=False))
            yield self.words(f"range_more{which}", n=self._number(total + 1), percent=percent)

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
        elif self.answer is None or not (chance := self.next_chance()):
            first = self.words("option_carry_on_refused")
        else:
            alike = self.estimate is not None and len(set(self.estimate.transfer_percents_highest)) == 1
            first = self.words("option_carry_on" if alike else "option_carry_on_other", next=chance)
        return (first, *(self.words(f"option_{name}") for name in ("look", "break", "stop")))

    def sources(self) -> Iterator[str]:
        """The rule, and where the chance is from."""
        rule = self.assessment.rule
        key = "rule" if rule == (method().threshold_percent, method().minimum_transfers) else "rule_own"
        line, minimum = self.words.number(exact_words(rule.percent)), self._number(rule.minimum)
        yield self.words(key, rule.minimum, line=line, minimum=minimum)
        if self.answer is not None:
            register = self.estimate is not None and self.estimate.background
            named = "from_register" if register else "from_own_table"
            key = named if ":" in self.answer.route else f"from_{self.answer.route}"
            title = route_of(self.answer.route).title
            yield self.words(key if self.words.has(key) else "from_route", route=self.words.in_english(title))
