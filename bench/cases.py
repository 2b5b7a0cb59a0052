"""Judge many made histories and hold each answer against counting transfer by transfer in fractions.

Prints how many agreed. Stops with exit code 1 at the first that does not, and prints it.
"""

import random
import sys
from multiprocessing import Pool
from pathlib import Path

from rif_threshold import assess

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import counting

RESULTS = ("no_positive_test", "no_positive_test", "no_positive_test", "biochemical", "live_birth")
AT_ONCE = 1000


def disagreement(seed: int) -> dict[str, object] | None:
    """The first made case of this seed whose answer is not what counting gives."""
    made = random.Random(seed)
    for _ in range(AT_ONCE):
        history = [
            {
                "result": made.choice(RESULTS),
                "oocyte_age_years": made.randint(18, 55),
                "ploidy": made.choice(("untested", "euploid")),
            }
            | ({"per_transfer_percent": made.randint(2, 99)} if made.random() < 0.3 else {})
            for _ in range(made.randint(1, 9))
        ]
        age, ploidy = made.randint(18, 55), made.choice(("untested", "euploid"))
        percent, minimum = made.randint(2, 99), made.randint(1, 8)
        case = {"oocyte_age_years": age, "ploidy": ploidy, "history": history, "threshold_percent": percent}
        case["high_percent_confirmed"] = True
        estimate = assess(case | {"minimum_transfers": minimum}, include=()).primary
        expected = counting.count(history, age, ploidy, percent, minimum).figures()
        if estimate is None or {name: getattr(estimate, name) for name in expected} != expected:
            return case | {"minimum_transfers": minimum, "expected": expected}
    return None


def main(cases: int) -> None:
    """Work through the seeds, in as many processes as there are processors."""
    rounds = -(-cases // AT_ONCE)
    with Pool() as pool:
        for found in pool.imap_unordered(disagreement, range(rounds)):
            if found:
                pool.terminate()
                sys.exit(f"Counting gives something else: {found}")
    print(f"{rounds * AT_ONCE:,} histories judged; all agree with counting in fractions.")


if __name__ == "__main__":
    main(int(sys.argv[1]))
