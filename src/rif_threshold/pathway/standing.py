"""What the calculator knows of a couple, handed to the rules."""

from dataclasses import dataclass

from rif_threshold.vocabulary import Ploidy, Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a couple stands by the calculation.

    Attributes:
        reached: whether the threshold is crossed.
        failed_transfers: transfers without a positive test since the last positive one.
        cumulative_percent_so_far: the cumulative chance of the transfers that failed.
        threshold_percent: what must be exceeded.
        minimum_transfers: fewest failed transfers before the threshold can count.
        counted_ploidies: what was known of each embryo counted.
        planned_ploidy: what is known of the embryo planned next.
        oocyte_age_years: age at retrieval of the oocytes for the next transfer.
        pregnancy_losses: losses after a positive test, in the history.
        biochemical_pregnancies: biochemical pregnancies in the history.
        live_births: live births in the history.
        history_known: whether the transfers were given one by one.
    """

    reached: Verdict = Verdict.NOT_KNOWN
    failed_transfers: int | None = None
    cumulative_percent_so_far: float | None = None
    threshold_percent: float | None = None
    minimum_transfers: int | None = None
    counted_ploidies: tuple[Ploidy | None, ...] = ()
    planned_ploidy: Ploidy | None = None
    oocyte_age_years: int | None = None
    pregnancy_losses: int = 0
    biochemical_pregnancies: int = 0
    live_births: int = 0
    history_known: bool = False
