"""Published figures and reference values of the statistics, each with its citation in the file."""

import tomllib
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest

from rif_threshold import heterogeneity, uncertainty
from rif_threshold.tables import sources

EXAMPLES = tomllib.loads((Path(__file__).parent / "published" / "statistics.toml").read_text("utf-8"))["statistic"]
MODULES = {"heterogeneity": heterogeneity, "uncertainty": uncertainty}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"])
def test_published(example):
    module, name = example["call"].split(".")
    arguments = dict(example["arguments"])
    if "groups" in arguments:
        arguments["groups"] = [uncertainty.Group(*group) for group in arguments["groups"]]
    answer = getattr(MODULES[module], name)(**arguments)
    if "take" in example:
        answer = attrgetter(example["take"])(answer)
    assert np.abs(np.asarray(answer) - np.asarray(example["expected"])).max() <= example["tolerance"]
    assert example["source"] in sources()
