"""The one cluster of all tests of Spark: a process has one session, whichever file comes first."""

from collections.abc import Iterator

import pytest

from rif_threshold.register.engines import Engine, engine

CLUSTER = "local-cluster[2,1,1024]"
"""Two workers of one core and 1,024 MB, each a process of its own with an executor in another."""


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A running cluster. It takes long to start; what its workers write goes with the folder of the test run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_WORKER_DIR", str(tmp_path_factory.mktemp("workers")))
        with engine("spark", master=CLUSTER) as running:
            yield running
