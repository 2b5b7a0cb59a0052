"""Four definitions held against each other: whom they flag, how much earlier or later, and who went on."""

from collections.abc import Iterator

from rif_threshold.method import method
from rif_threshold.record import Record
from rif_threshold.register.audit.adding import CANNOT, ONLY_ESHRE, ONLY_OTHER, YES
from rif_threshold.register.audit.ledger import Counts, Key
from rif_threshold.register.audit.rules import Rule
from rif_threshold.uncertainty import clopper_pearson


class Share(Record):
    """So many of so many couples.

    Attributes:
        couples: how many; ``None`` where it is not shown.
        among: of how many.
        percent: the share.
        lower_percent: lower bound of its Clopper-Pearson interval, by couple.
        upper_percent: upper bound.
    """

    couples: int | None
    among: int | None
    percent: float | None = None
    lower_percent: float | None = None
    upper_percent: float | None = None


class RuleRow(Record):
    """Whom one rule flags.

    Attributes:
        rule: ``eshre``, ``three``, ``lugano`` or ``ata``.
        now: of couples in a current run, those in which it is met.
        now_cannot_be_said: those in which the lowest and the highest chances differ.
        ever: of all couples, those in any of whose runs it was met.
        ever_cannot_be_said: those in none of whose runs it surely was, and in one perhaps.
    """

    rule: Rule
    now: Share
    now_cannot_be_said: int | None
    ever: Share
    ever_cannot_be_said: int | None


class PatternRow(Record):
    """Couples in a current run of whom the four rules say this: ``yes``, ``no`` or ``cannot_be_said`` each."""

    eshre: str
    three: str
    lugano: str
    ata: str
    couples: int | None


class ApartRow(Record):
    """First runs by how much later than ESHRE's another rule was met.

    Attributes:
        rule: the other rule.
        later_by: ``-2`` (two transfers earlier) and so on; ``only_eshre``: the other was not reached when the run
            ended; ``only_other``: ESHRE's was not; ``cannot_be_said``.
        runs: how many.
    """

    rule: Rule
    later_by: str
    runs: int | None


class Definitions(Record):
    """The audit of definitions.

    Attributes:
        couples: with a transfer whose result is known.
        current: in a current run: the last transfer failed.
        rules: whom each rule flags, now and ever.
        patterns: what the four say together of couples in a current run.
        apart: earlier and later, first runs.
        crossed: first runs that crossed ESHRE's line.
        went_on: those with a further transfer after it.
        now_after_a_positive_test: flagged now by ESHRE's rule, in a run after a positive test.
    """

    couples: int | None
    current: int | None
    rules: tuple[RuleRow, ...]
    patterns: tuple[PatternRow, ...]
    apart: tuple[ApartRow, ...]
    crossed: int | None
    went_on: int | None
    now_after_a_positive_test: int | None


def definitions_of(counts: Counts) -> Definitions:
    """The audit of definitions."""
    couples = counts.of(("couples",))
    current, crossed = counts.part(couples, ("current",)), counts.part(couples, ("crossed",))
    patterns = sorted((key for key in counts.totals if key[0] == "now"), key=str, reverse=True)
    return Definitions(
        couples=couples,
        current=current,
        rules=tuple(_rule(counts, rule, patterns, couples, current) for rule in Rule),
        patterns=tuple(
            PatternRow(**dict(zip(map(str, Rule), map(str, key[1:]), strict=True)), couples=counts.of(key))
            for key in patterns
        ),
        apart=tuple(_apart(counts)),
        crossed=crossed,
        went_on=counts.part(crossed, ("crossed", "went_on")),
        now_after_a_positive_test=counts.alone(("now_after_a_positive_test",)),
    )


def _rule(counts: Counts, rule: Rule, patterns: list[Key], couples: int | None, current: int | None) -> RuleRow:
    place = list(Rule).index(rule) + 1
    now = {said: [key for key in patterns if key[place] == said] for said in (YES, CANNOT)}
    return RuleRow(
        rule=rule,
        now=share_of(counts.part(current, *now[YES]), current),
        now_cannot_be_said=counts.alone(*now[CANNOT]),
        ever=share_of(counts.part(couples, ("ever", rule, YES)), couples),
        ever_cannot_be_said=counts.alone(("ever", rule, CANNOT)),
    )


def share_of(x: int | None, n: int | None) -> Share:
    """A share with its interval, where both counts are shown.

    >>> share_of(2, 10).percent, share_of(None, 10).percent
    (20.0, None)
    """
    if x is None or not n:
        return Share(couples=x, among=n)
    lower, upper, _, _ = clopper_pearson(x, n, float(method().interval_level))
    return Share(couples=x, among=n, percent=100 * x / n, lower_percent=100 * lower, upper_percent=100 * upper)


def _apart(counts: Counts) -> Iterator[ApartRow]:
    for rule in (Rule.THREE,) if counts.shared else Rule:
        found = counts.seconds("apart", rule)
        order = [ONLY_ESHRE, ONLY_OTHER, CANNOT]
        for later in sorted(found, key=lambda each: (order.index(each), 0) if isinstance(each, str) else (-1, each)):
            said = f"{later:+}" if isinstance(later, int) else later
            yield ApartRow(rule=rule, later_by=said, runs=counts.of(("apart", rule, later)))
