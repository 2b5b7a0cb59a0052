"""The same answers on a real cluster of several processes: two workers with an executor each, and this one."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from rif_threshold.register.audit.histories import Histories, histories_of
from rif_threshold.register.bands import published_bands
from rif_threshold.register.counting import keep, numbered
from rif_threshold.register.couples import Couples
from rif_threshold.register.engines import Engine, engine
from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.reading import read
from rif_threshold.register.table import clinic_table
from spark_cluster import CLUSTER
from test_register_couples import HEAD, made_couples, written

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 10,000 transfers with all kinds of dirt; a million in `make spark`."""
    path = tmp_path_factory.mktemp("register") / "register.csv"
    written(made_couples(int(os.environ.get("RIF_THRESHOLD_SPARK_COUPLES", "3100")), 4), path, 4)
    return path


def answers(
    path: Path, running: Engine, *, parts: int = 0
) -> tuple[list[dict[str, Any]], Any, Any, list[dict[str, Any]], Histories]:
    """All that is answered of a file: couples, their summary, the table, run and rank of each row, the histories."""
    rows = read(running.backend, path, read_mapping()).rows
    if parts:  # the rows in other places and in so many parts
        frame = running.backend._session.sql(running.backend.compile(rows))
        frame.repartition(parts).createOrReplaceTempView(f"parts_{parts}")
        rows = running.backend.table(f"parts_{parts}")
    kept = keep(rows, running)
    couples = Couples(kept, running, {}, with_patient=True)
    found = [row for batch in couples.batches() for row in batch.to_pylist()]
    places = running.rows(numbered(kept.rows).select("patient", "number", "run", "rank").order_by("patient", "number"))
    table = clinic_table(kept, running, published_bands(), dates=False)
    return found, couples.summary, table, places, histories_of(kept, running, dates=False)


def test_the_cluster_is_of_several_processes(cluster: Engine) -> None:
    context = cluster.backend._session.sparkContext
    assert context.master == CLUSTER
    executors = context._jsc.sc().statusTracker().getExecutorInfos()
    ports = {each.port() for each in executors}
    assert len(ports) == len(executors) == 3  # the driver and two executors
    pids = set(context.parallelize(range(8), 8).map(lambda _: __import__("os").getpid()).collect())
    assert len(pids) >= 2


def test_every_row_is_the_same_as_on_duckdb_in_any_order_and_partitioning(
    cluster: Engine, register: Path, tmp_path: Path
) -> None:
    with engine() as running:
        expected = answers(register, running)
    assert expected[1].rows > 10_000
    assert answers(register, cluster) == expected
    lines = register.read_text("utf-8").splitlines(keepends=True)
    shuffled = tmp_path / "shuffled.csv"
    random.Random(7).shuffle(rest := lines[1:])
    shuffled.write_text(lines[0] + "".join(rest), "utf-8")
    couples, *others = answers(shuffled, cluster, parts=13)
    assert lines[0] == ",".join(HEAD) + "\n"
    assert without_rows(couples) == without_rows(expected[0])
    assert tuple(others) == expected[1:]
    assert expected[-1].couples  # what an audit is reckoned from, and all else of it is plain arithmetic


def without_rows(couples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The couples, with problems but not the numbers of rows, which another order changes."""
    told = [{part.partition(": ")[2] for part in (row["problem"] or "").split("; ")} for row in couples]
    return [row | {"problem": problem} for row, problem in zip(couples, told, strict=True)]
