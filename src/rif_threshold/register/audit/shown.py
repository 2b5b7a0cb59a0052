"""How the figures of an audit are written in its tables and sentences."""

from dataclasses import dataclass

from rif_threshold.register.audit.adding import CANNOT, ONLY_ESHRE, ONLY_OTHER
from rif_threshold.register.audit.audit import Audit
from rif_threshold.register.audit.by_rank import Against
from rif_threshold.register.audit.flagged import Share
from rif_threshold.register.audit.rules import Rule
from rif_threshold.wording import amount_words, probability_words, ratio_words, shown_between, shown_percent

RULES = {Rule.ESHRE: "ESHRE", Rule.THREE: "three failures", Rule.LUGANO: "Lugano", Rule.ATA: "Ata, 95 %"}
LATER = {ONLY_ESHRE: "not reached when the run ended", ONLY_OTHER: "ESHRE not reached", CANNOT: "cannot be said"}
SAID = {"yes": "yes", "no": "no", CANNOT: "cannot be said"}
NOT_SHOWN = "not shown"
LEFT_OUT = "left out"
"""Where no report to share has a figure, whatever it is."""


@dataclass(frozen=True)
class Shown:
    """How a figure is written: what is hidden in a report to share, whatever it is, looks alike."""

    shared: bool

    def count(self, count: int | None) -> str:
        """A count."""
        return self._lacking() if count is None else f"{count:,}"

    def percent(self, percent: float | None) -> str:
        """A percentage, without its sign."""
        return self._lacking() if percent is None else shown_percent(percent)

    def between(self, lower: float | None, upper: float | None) -> str:
        """An interval of percentages."""
        return self._lacking() if lower is None or upper is None else shown_between(lower, upper)

    def ratio(self, against: Against | None) -> tuple[str, str, str]:
        """Expected, ratio and interval."""
        if against is None:
            return (self._lacking(), self._lacking(), self._lacking())
        ratio = "" if against.ratio is None else ratio_words(against.ratio)
        return (amount_words(against.expected), ratio, ratio_interval(against))

    def share(self, share: Share) -> tuple[str, str, str, str]:
        """So many, of so many, the percentage and its interval."""
        return (
            self.count(share.couples),
            self.count(share.among),
            self.percent(share.percent),
            self.between(share.lower_percent, share.upper_percent),
        )

    def _lacking(self) -> str:
        return NOT_SHOWN if self.shared else ""


def looks(audit: Audit) -> str:
    """How many intervals are shown, and how many of them would miss by chance; empty where none is."""
    if not audit.calibration:
        return ""
    return (
        f"{audit.intervals:,} intervals against ESHRE's table are shown by band and rank: were it right everywhere,"
        f" {amount_words(audit.outside_by_chance)} would lie beside it by chance, and at least one with probability"
        f" {probability_words(audit.any_outside)}."
    )


def ratio_interval(against: Against) -> str:
    """The interval of a ratio: ``0.75 to 0.82``."""
    if against.upper is None:
        return f"{ratio_words(against.lower)} or more"
    return ratio_words(against.lower, against.upper)
