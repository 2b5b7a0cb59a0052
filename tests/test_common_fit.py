"""One correlation, or one share, common to several strata: against values reckoned elsewhere."""

import csv
import re
from pathlib import Path

import pytest

from rif_threshold.heterogeneity import fit, fit_common

with (Path(__file__).parent / "data/register_reference_audit.csv").open(encoding="utf-8") as file:
    VALUES = [row for row in csv.DictReader(file) if row["part"] == "c" and row["register"] != "worked"]
COUNTS = {
    (row["register"], row["stratum"]): [tuple(map(int, each.split(","))) for each in row["note"].split(";")]
    for row in VALUES
    if row["quantity"].startswith("counts by rank")
}
REGISTERS = sorted({register for register, _ in COUNTS})


def against(row: dict[str, str], strata: list[list[tuple[int, int]]]) -> None:
    """Value, bounds, deviance, degrees of freedom and means of one row."""
    found = fit_common(strata, 0.95)
    model = found.beta_geometric if row["quantity"].startswith("rho") else found.two_class
    expected = [float(row[name]) for name in ("estimate", "lower", "upper")]
    assert [model.value, model.lower, model.upper] == pytest.approx(expected, abs=1e-4)
    deviance, freedom = re.findall(r"deviance ([0-9.]+) on (\d+)", row["note"])[0]
    assert model.deviance == pytest.approx(float(deviance), abs=1e-3)
    assert found.degrees_of_freedom == int(freedom)
    means = re.search(r"means? (?:or p )?([0-9. ]+)", row["note"])
    if means:
        assert model.means == pytest.approx(list(map(float, means[1].split())), abs=1e-4)


@pytest.mark.parametrize("register", REGISTERS)
def test_every_stratum_by_itself(register: str) -> None:
    rows = [row for row in VALUES if row["register"] == register and row["quantity"].endswith("one stratum")]
    assert len(rows) == 12
    for row in rows:
        against(row, [COUNTS[register, row["stratum"]]])


@pytest.mark.parametrize("register", REGISTERS)
def test_all_strata_with_one_parameter_in_common(register: str) -> None:
    rows = [row for row in VALUES if row["register"] == register and row["quantity"].endswith("common to the strata")]
    assert len(rows) == 2
    for row in rows:
        against(row, [counts for (name, _), counts in COUNTS.items() if name == register])


def test_strata_thrown_together_would_give_a_correlation_where_there_is_none() -> None:
    (row,) = (r for r in VALUES if r["register"] == "independent" and "thrown together" in r["quantity"])
    pooled = [tuple(map(int, each.split(","))) for each in row["note"].partition("counts ")[2].split(";")]
    assert fit(pooled, 0.95).beta_geometric.correlation == pytest.approx(float(row["estimate"]), abs=1e-4)
    assert float(row["lower"]) > 0.08
    apart = fit_common([counts for (name, _), counts in COUNTS.items() if name == "independent"], 0.95)
    assert (apart.beta_geometric.value, apart.beta_geometric.lower) == (0, 0)


def test_where_all_that_can_succeed_at_once_the_upper_bound_is_one() -> None:
    found = fit_common([[(9, 3), (6, 0), (6, 0)]], 0.95)
    assert found.beta_geometric.upper == 1


@pytest.mark.parametrize("strata", [[], [[(5, 1), (4, 1)]], [[(5, 0), (5, 0), (5, 0)]]])
def test_what_cannot_be_fitted_is_refused(strata: list[list[tuple[int, int]]]) -> None:
    with pytest.raises(ValueError, match="must"):
        fit_common(strata, 0.95)
