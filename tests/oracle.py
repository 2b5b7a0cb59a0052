"""An independent calculation in fractions. It imports nothing of the package under test."""

from fractions import Fraction


def transfers_to_exceed(p: Fraction, threshold: Fraction, minimum: int = 1, limit: int = 1000) -> int:
    """Count transfers one by one until the chance exceeds the threshold; ``limit + 1`` stands for more."""
    n, cumulative = 0, Fraction(0)
    while not (n >= minimum and cumulative > threshold):
        if n > limit:
            return limit + 1
        n += 1
        cumulative = cumulative + (1 - cumulative) * p
    return n


def cumulative(probabilities: list[Fraction]) -> list[Fraction]:
    """The chance of at least one success after each transfer."""
    chance, curve = Fraction(0), []
    for p in probabilities:
        chance = chance + (1 - chance) * p
        curve.append(chance)
    return curve
