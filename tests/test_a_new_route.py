"""A route that nobody has heard of is one module, one table and one word: everything else reads what it says of itself.

The whole software is copied, the toy is added to the copy the way CONTRIBUTING.md says, and each surface is asked.
"""

import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULE = '''"""A toy: so many per cent of a figure."""

from fractions import Fraction
from typing import Annotated

from pydantic import Field

from rif_threshold.record import Percent, Record, Typed
from rif_threshold.routes.kind import Chances, RouteKind, known_chance, needs, one_probability
from rif_threshold.tables import SourceReference, parse, reads, resolve
from rif_threshold.transfers import Transfers
from rif_threshold.vocabulary import Denominator, Outcome


class ToyInputs(Transfers):
    """What it is told."""

    toy_percent: Annotated[
        Percent | None, Typed("--toy"), Field(title="toy figure", description="What the toy begins with.")
    ] = None
    toy_outcome: Annotated[
        Outcome | None, Typed("--toy-outcome"), Field(title="what the toy counts", description="What it counts.")
    ] = None


class Toy(Record):
    """Its table."""

    share_percent: Percent
    source: SourceReference


@reads("toy.toml")
def toy(folder):
    """Its table. Raises `TableError`."""
    read = parse(folder, "toy.toml", Toy, folder.toml("toy.toml"), None)
    return read.model_copy(update={"source": resolve(folder, "toy.toml", read.source, "[source]")})


def _chances(case):
    needs((name, "the toy needs it") for name in ("toy_percent", "toy_outcome") if getattr(case, name) is None)
    p = Fraction(case.toy_percent) / 100 * Fraction(toy().share_percent) / 100
    explanation = f"{toy().share_percent} % of {case.toy_percent} %"
    return Chances(
        alike=known_chance(p), done=one_probability(case, p), explanation=explanation, outcome=case.toy_outcome,
        denominator=Denominator.EMBRYO_TRANSFER, sources=(toy().source,), caveats=(),
    )


def _told(case):
    if case.toy_percent is not None:
        yield f"toy {case.toy_percent} %"


ROUTE = RouteKind(
    "toy", ToyInputs, ("toy_percent",), _chances, _told, short="toy", long="the toy route"
)
'''
TABLE = 'share_percent = 75\n\n[source]\nkey = "eshre_rif_2023"\nlocator = "none: a toy"\n'
CASE = ("--failed", "2", "--toy", "40", "--toy-outcome", "clinical_pregnancy")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    for name in ("src", "tables", "tests/published", ".streamlit"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", root)
    routes = root / "src/rif_threshold/routes"
    (routes / "toy.py").write_text(MODULE, "utf-8")
    (root / "tables/toy.toml").write_text(TABLE, "utf-8")
    line = '_IN_ORDER = ("live_birth",'
    text = (routes / "__init__.py").read_text("utf-8")
    assert text.count(line) == 1
    (routes / "__init__.py").write_text(text.replace(line, '_IN_ORDER = ("toy", "live_birth",'), "utf-8")
    with (root / "tables/SHA256SUMS").open("a", encoding="utf-8") as sums:
        sums.write(f"{hashlib.sha256(TABLE.encode()).hexdigest()}  toy.toml\n")
    return root


def python(copy: Path, *arguments: str, status: int = 0) -> str:
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "COLUMNS": "110"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


def command(copy: Path, *arguments: str, status: int = 0) -> str:
    return python(copy, "-m", "rif_threshold", *arguments, status=status)


def test_it_answers_beside_the_others_and_first_because_it_stands_first(copy: Path) -> None:
    answer = json.loads(command(copy, "assess", *CASE, "--oocyte-age", "36", "--ploidy", "untested", "--json"))
    # 75 % of 40 % is 30 %, and 1 - 0.7^n passes 60 % where n is above log(0.4) / log(0.7).
    expected = math.floor(math.log(0.4) / math.log(0.7)) + 1
    assert (answer["primary_route"], answer["threshold"]["transfers_to_threshold"]) == ("toy", expected)
    assert [each["route"] for each in answer["estimates"] if not each["background"]] == ["toy", "age_table"]
    assert answer["estimates"][0]["per_transfer_percent"] == pytest.approx(30)
    assert "toy.toml" in {table["id"] for table in answer["tables"]}


def test_its_fields_are_options_with_help_and_part_of_the_schema(copy: Path) -> None:
    shown = " ".join(command(copy, "assess", "--help").split())
    assert "--toy PERCENT What the toy begins with." in shown
    assert "--toy-outcome WORD What it counts: positive_test, implantation" in shown
    fields = json.loads(command(copy, "schema", "case"))["properties"]
    assert (fields["toy_percent"]["title"], fields["toy_percent"]["description"]) == (
        "toy figure",
        "What the toy begins with.",
    )


def test_what_is_wrong_with_its_fields_is_said_like_everything_else(copy: Path) -> None:
    assert "toy_percent: '0.4' was given; percent are meant here" in command(
        copy, "assess", "--failed", "2", "--toy", "0.4", "--toy-outcome", "implantation", status=2
    )
    assert "toy_outcome: the toy needs it" in command(copy, "assess", "--failed", "2", "--toy", "40", status=2)


def test_it_is_repeated_on_paper_and_its_table_is_verified(copy: Path) -> None:
    assert "toy 40 %" in command(copy, "assess", *CASE)
    sheet = command(copy, "report", "--format", "sheet.html", *CASE)
    assert "from here: Toy." in sheet
    assert "the toy route" in command(copy, "report", "--format", "report.html", *CASE).lower()
    shipped = len((ROOT / "tables/SHA256SUMS").read_text("utf-8").splitlines())
    assert f"{shipped + 1} shipped tables verified." in command(copy, "tables", "verify")


def test_the_page_asks_for_it(copy: Path) -> None:
    script = (
        "from streamlit.testing.v1 import AppTest\n"
        "page = AppTest.from_file('src/rif_threshold/ui/pages/threshold.py', default_timeout=60)\n"
        "page.session_state['also_from'] = ['toy']\n"
        "page.run()\n"
        "page.text_input(key='toy_percent').set_value('40')\n"
        "page.text_input(key='failed_transfers').set_value('2')\n"
        "page.segmented_control(key='toy_outcome').set_value('implantation')\n"
        "page.run()\n"
        "assert not page.exception, page.exception\n"
        "print(page.text_input(key='toy_percent').label, '\\n'.join(each.value for each in page.markdown))\n"
    )
    shown = python(copy, "-c", script).replace("**", "")
    assert "Toy figure, %" in shown
    assert "Not yet: the threshold comes after 3 transfers" in shown
