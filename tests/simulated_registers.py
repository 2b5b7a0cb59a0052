"""Simulated registers with a known truth. Seeded, numpy only.

Writes for each of four registers NAME.csv (what a clinic would have) and NAME_truth.csv (the true chance of each row
and the couple's class). Every register has the same mean chance per stratum: ESHRE's printed row.
  independent                 one chance for all couples of a stratum
  beta_geometric              chance ~ Beta(mean, rho 0.147) over couples; a couple keeps its place in every stratum
  two_class                   15 % cannot implant, the others have mean / 0.85
  beta_geometric_informative  as beta_geometric, but couples below the median leave more often (40 against 10 %)
"""

import csv

import numpy as np

RHO, CANNOT, DROP_OUT, DROP_LOW, DROP_HIGH = 0.147, 0.15, 0.25, 0.40, 0.10
MOST, PER_RETRIEVAL, YEARS_BETWEEN = 10, 2, 0.6  # transfers a couple, transfers a retrieval, years to the next one
EUPLOID_SHARE, SWITCH = 0.30, 0.10  # start with tested embryos; change to tested at a new retrieval
WORDS, WORD_SHARES = ("live_birth", "pregnancy_loss", "biochemical"), (0.75, 0.13, 0.12)
BACK_AFTER_LOSS, BACK_AFTER_BIRTH = 0.75, 0.15  # come back for a further transfer, which starts a new run
MEANS = np.array([0.315, 0.259, 0.150, 0.684, 0.641, 0.580])  # strata 0-5, see stratum()
NAMES = ("independent", "beta_geometric", "two_class", "beta_geometric_informative")
SEEDS = {"independent": 20261, "beta_geometric": 20262, "two_class": 20263, "beta_geometric_informative": 20264}


def stratum(age, euploid):
    """0-2 untested <35, 35-39, >=40; 3-5 euploid <35, 35-40, >40. Completed years."""
    untested = np.where(age < 35, 0, np.where(age < 40, 1, 2))
    tested = np.where(age < 35, 3, np.where(age < 41, 4, 5))
    return np.where(euploid, tested, untested)


def chances(name, place, able, strata):
    """The true chance of each couple at this transfer. `place` is the couple's rank among couples, 0 to 1."""
    mean = MEANS[strata]
    if name == "independent":
        return mean
    if name == "two_class":
        return np.where(able, mean / (1 - CANNOT), 0.0)
    rng, size = np.random.default_rng(7), 400_000  # the quantile function of each Beta, from sorted draws
    size_of = 1 / RHO - 1
    tables = [np.sort(rng.beta(m * size_of, (1 - m) * size_of, size)) for m in MEANS]
    table = np.stack([t * (m / t.mean()) for t, m in zip(tables, MEANS, strict=True)])  # the mean exactly the row
    return np.minimum(table[strata, (place * size).astype(int)], 1.0)


def register(name, women=20_000, seed=None):
    """Columns of one register as a dict of arrays, one entry a transfer, sorted by patient and order."""
    rng = np.random.default_rng(SEEDS[name] if seed is None else seed)
    age = np.clip(rng.normal(36.3, 4.4, women), 24, 45.9)
    euploid = rng.random(women) < EUPLOID_SHARE
    place, able = rng.random(women), rng.random(women) >= CANNOT
    here, last_new = np.ones(women, bool), np.zeros(women, int)
    out = {key: [] for key in ("patient", "order", "age", "euploid", "result", "chance", "able")}
    for order in range(1, MOST + 1):
        new = here & (order > 1) & ((order - 1 - last_new) % PER_RETRIEVAL == 0)
        age = age + YEARS_BETWEEN * new
        euploid = euploid | (new & (rng.random(women) < SWITCH))
        chance = chances(name, place, able, stratum(np.floor(age), euploid))
        positive = rng.random(women) < chance
        word = rng.choice(len(WORDS), women, p=WORD_SHARES)
        who = np.flatnonzero(here)
        out["patient"].append(who)
        out["order"].append(np.full(who.size, order))
        out["age"].append(np.floor(age[who]).astype(int))
        out["euploid"].append(euploid[who])
        out["result"].append(np.where(positive[who], word[who] + 1, 0))
        out["chance"].append(chance[who])
        out["able"].append(able[who])
        leaves = np.full(women, DROP_OUT)
        if name == "beta_geometric_informative":
            leaves = np.where(place < 0.5, DROP_LOW, DROP_HIGH)
        back = np.where(word == 0, BACK_AFTER_BIRTH, BACK_AFTER_LOSS)
        here &= rng.random(women) < np.where(positive, back, 1 - leaves)
        last_new = np.where(positive, order, last_new)  # after a positive test the next transfer is of a new retrieval
    columns = {key: np.concatenate(parts) for key, parts in out.items()}
    rows = np.lexsort((columns["order"], columns["patient"]))
    return {key: values[rows] for key, values in columns.items()}


def write(folder, name, women):
    columns = register(name, women)
    words = ("no_positive_test", *WORDS)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("patient", "order", "oocyte_age_years", "ploidy", "embryos", "result"))
        for p, o, a, e, r in zip(
            *(columns[k].tolist() for k in ("patient", "order", "age", "euploid", "result")), strict=True
        ):
            writer.writerow((f"w{p:05d}", o, a, "euploid" if e else "untested", 1, words[r]))
    with (folder / f"{name}_truth.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("patient", "order", "true_chance", "able"))
        for p, o, c, able in zip(*(columns[k].tolist() for k in ("patient", "order", "chance", "able")), strict=True):
            writer.writerow((f"w{p:05d}", o, f"{c:.6f}", "" if name != "two_class" else str(able).lower()))
    return columns
