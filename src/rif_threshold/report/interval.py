"""The interval on the number of transfers, where the case came with counts and the perspective was asked for."""

from rif_threshold.assessment import Assessment


def transfers_interval(assessment: Assessment) -> tuple[int, int | None] | None:
    """Fewest and most transfers (``None``: more than 1,000) within the interval; ``None`` where there is none."""
    section = getattr(getattr(assessment, "perspective", None), "interval", None)
    if section is None or section.level is None:
        return None
    return section.transfers_lower, section.transfers_upper
