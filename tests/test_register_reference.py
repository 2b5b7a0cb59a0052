"""The clinic's own table against values reckoned by a program that knows nothing of this one.

Four registers of 20,000 women with a known truth are made anew from their seeds; `tests/data/register_reference.csv`
has the values. Counts are equal, rates and intervals agree to 1e-6, probabilities to the four decimals printed.
"""

import csv
import hashlib
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import simulated_registers
from rif_threshold.register.bands import published_bands
from rif_threshold.register.counting import Kept, keep
from rif_threshold.register.engines import Engine, engine
from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.reading import read
from rif_threshold.register.table import BandRow, clinic_table
from rif_threshold.uncertainty import jeffreys

DIGESTS = {
    "independent": "12fdd39667311b97",
    "beta_geometric": "3995dc9bfa65fa1f",
    "two_class": "42fd8f4d384185ba",
    "beta_geometric_informative": "eeabf3c5e4799cc0",
}
"""How the digest of each made file begins where numpy draws as it did when the values were reckoned."""
with (Path(__file__).parent / "data/register_reference.csv").open(encoding="utf-8") as file:
    VALUES = [row for row in csv.DictReader(file) if row["register"] in DIGESTS]


@contextmanager
def simulated(name: str, folder: Path) -> Iterator[tuple[Kept, Engine]]:
    """One of the four registers, made anew and read from its file."""
    simulated_registers.write(folder, name, 20_000)
    path = folder / f"{name}.csv"
    assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(DIGESTS[name])
    with engine() as running:
        yield keep(read(running.backend, path, read_mapping()).rows, running), running


@pytest.fixture(scope="module", params=DIGESTS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[BandRow]]:
    """The table of one register, read from its file."""
    with simulated(request.param, tmp_path_factory.mktemp(request.param)) as (kept, running):
        table = clinic_table(kept, running, published_bands(), dates=False)
    assert (table.rows, table.outside_bands, table.in_couples_with_problem) == (table.in_period, 0, 0)
    return request.param, list(table.bands)


def test_every_value_of_every_band(made: tuple[str, list[BandRow]]) -> None:
    register, bands = made
    tried = 0
    for value in VALUES:
        if value["register"] != register:
            continue
        (band,) = (each for each in bands if f"{each.ploidy} {each.age_label}" == value["stratum"])
        rates = band.first if "first transfers" in value["quantity"] else band.all
        assert rates is not None
        positive = rates.positive
        assert (positive.transfers, positive.came) == (int(value["n"]), int(value["x"]))
        expected = [float(value[name]) for name in ("estimate", "lower", "upper") if value[name]]
        match value["quantity"]:
            case "rate, first transfers, Jeffreys":
                lower, upper, _, _ = jeffreys(positive.came, positive.transfers, 0.95)
                found = [positive.came / positive.transfers, lower, upper]
            case "rate, first transfers, Clopper-Pearson" | "rate, all transfers, Korn-Graubard":
                found = [positive.percent / 100, positive.lower_percent / 100, positive.upper_percent / 100]
            case "design effect, all transfers":
                women, effective = re.findall(r"[0-9.]+", value["note"])
                assert positive.women == int(women)
                assert positive.effective_transfers == pytest.approx(float(effective), abs=0.005)
                found = [positive.design_effect]
            case _:
                found = [rates.transfers_to_threshold, rates.transfers_lower, rates.transfers_upper]
                shares = list(map(float, value["note"].partition(": ")[2].split()))
                got = [rates.threshold_probabilities.get(number, 0.0) for number in range(2, 2 + len(shares))]
                assert got == pytest.approx(shares, abs=5.1e-5)
        assert found == pytest.approx(expected, abs=1e-6 if "design" not in value["quantity"] else 5e-6), value
        tried += 1
    assert tried == 36


def test_the_variance_is_that_of_a_gee_with_independence(made: tuple[str, list[BandRow]]) -> None:
    # statsmodels 0.15, GEE, identity link, independence: rate 0.281235, standard error 0.0045383; ours has G/(G-1).
    register, bands = made
    if register == "beta_geometric":
        positive, (rate, error) = bands[0].all.positive, (0.281235, 0.0045383)
        assert positive.percent / 100 == pytest.approx(rate, abs=5e-7)
        ours = math.sqrt(positive.design_effect * rate * (1 - rate) / positive.transfers)
        assert ours * math.sqrt((positive.women - 1) / positive.women) == pytest.approx(error, abs=5e-8)
