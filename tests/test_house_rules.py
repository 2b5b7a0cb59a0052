"""Rules of the house that no one place shows: numbers in code, imports, the size of modules."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from rif_threshold import assess

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/rif_threshold"

# Numbers that are no clinical numbers, and where each may stand.
ALLOWED = {0, 1, 2, 100}
TECHNICAL = {
    "arrays.py": {14},  # chunk
    "probability.py": {1e-9, 3, 1e6, 20},  # rounding error, what a count can hold, how large an array is looked up
    "breakpoints.py": {42, 50, 16},  # bits of a float, digits, tables that are kept
    "composed.py": {3, 12, 64},  # what a number is divided by, how many transfers are few
    "wording/figures.py": {9, 3, 10},  # most decimals shown, figures that a large number is written with
    "sentences.py": {3},  # the likeliest answers are said
    "bounds.py": {10, 1000, 100_000},  # reasons in an exception, the limit of 1,000, longest case file
    "record.py": {9_999_999},  # seven digits
    "heterogeneity/models.py": {1e-12},  # rounding error
    "heterogeneity/fitting.py": {1e-9, 0.01, 0.1, 0.5, 1000, 3},  # search for a maximum; fewest ranks
    "heterogeneity/common.py": {1e-9, 1e-8, 0.0, 0.02, 0.1, 0.3, 0.6},  # search for a maximum
    "uncertainty/expected.py": {1e-9, 12},  # search for a bound, standard deviations
    "register/audit/change.py": {365.25},  # days in a year
    "register/audit/suppression.py": {50, 1e-6},  # how far a search goes, how near to a whole number
    "register/audit/histories.py": {4, 10, 12, 31},  # codes, a digit, the calendar
    "uncertainty/threshold.py": {9_999_999},  # the longest count that can be typed
    "folder.py": {20, 200, 1_000_000},  # messages shown, files in a folder, bytes of a file
    "own_tables.py": {1000},  # longest text
    "pathway/medications.py": {75, 3},  # how alike of 100 two names are; how many are offered
    "messages.py": {75},  # how alike of 100 two names are
    "register/between.py": {365, 20, 3},  # days in a year; remainders and the bits that count each
    "register/cells.py": {10, 20_000_000},  # how far a spreadsheet may unpack, cells of one
    "register/duckdb_rows.py": {32, 8_000_000},  # cells too many, bytes of a line
    "register/fields.py": {4, 5},  # codes
    "register/loading.py": {4},  # bytes that tell what a file is
    "register/scanning.py": {1_000, 1_000_000, 50_000_000},  # columns, bytes of a line, of a file in memory
    "register/spark_rows.py": {33},  # bits of a row's number
    "register/telling.py": {1000},  # identifiers looked at
    "register/values.py": {3, 4, 6, 10, 99},  # codes, places in a day, digits, the end of an open band
    "__main__.py": {130},  # exit code
    "cli/printing.py": {3, 24, 40, 110},  # exit code, terminal sizes
    "cli/__init__.py": {110},  # terminal width
    "cli/assess.py": {5, 12},  # numbers of columns
    "cli/ending.py": {4, 130},  # exit codes
    "cli/files.py": {4, 8},  # bytes of a character, length of a random name
    "cli/app.py": {8501},  # the port
    "cli/listening.py": {65535},  # ports
    "cli/conformance.py": {5, 120, 3600},  # cases that are named, seconds
    "cli/program.py": {0.02, 10_000},  # seconds between two looks, bytes of a line
    "cli/api.py": {8601},  # the port
    "api/bounds.py": {10, 20, 256, 500, 5_000, 16_384},  # bytes, entries, seconds, requests
    "api/description.py": {400, 404, 408, 413, 415, 422, 500, 503},  # statuses of HTTP
    "api/guard.py": {400, 408, 413, 415, 500, 503},  # statuses of HTTP
    "api/connection.py": {400},  # statuses of HTTP
    "api/server.py": {404, 405, 8601},  # statuses of HTTP, a port
    "cli/clinic.py": {10},  # problems that are told
    "register/codes.py": {10, 99, 100_000, 900_000_000},  # digits, the age of an open band, days and orders
    "register/counting.py": {10, 12, 1000, 1_000_000},  # digits, rows of a sample
    "register/exploring.py": {5, 30},  # how often a text stands, how many words are listed
    "register/engines.py": {4, 100_000, 2_000_000},  # parts a core, rows of a batch and of a piece
    "register/period.py": {12, 31, 1970},  # the calendar
}
# Layout, geometry and server settings; they hold no clinical number because they take all numbers from an assessment.
PRESENTATION = ("ui/", "charts/", "report/", "cli/pathway.py", "cli/report.py")


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("path", [path for path in modules() if not name(path).startswith(PRESENTATION)], ids=name)
def test_no_clinical_number_in_python(path: Path) -> None:
    numbers = {
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }
    assert numbers <= ALLOWED | TECHNICAL.get(name(path), set())


def test_importing_the_library_loads_nothing_heavy() -> None:
    heavy = ["streamlit", "altair", "pandas", "scipy", "polars", "rapidfuzz", "typst", "jinja2", "babel"]
    heavy += ["ibis", "duckdb", "pyarrow", "pyspark", "python_calamine", "fastapi", "starlette", "uvicorn"]
    code = f"import sys, rif_threshold; print([name for name in {heavy!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


CASE = "{'oocyte_age_years': 36, 'ploidy': 'untested', 'failed_transfers': 3}"
BY_FIGURE = "{'live_birth_percent': '23.8', 'live_birth_per': 'treatment_cycle', 'failed_transfers': 3}"
PARTS = ["rif_threshold.pathway", "rif_threshold.perspective", "rif_threshold.uncertainty"]


@pytest.mark.parametrize(
    ("code", "unloaded"),
    [
        ("from rif_threshold import assess", ["numpy", "scipy", "pandas", "streamlit", "rapidfuzz", *PARTS]),
        (f"from rif_threshold import assess; assess({CASE}, include=())", ["numpy", "scipy", *PARTS]),
        (f"from rif_threshold import assess; assess({CASE}, include=['workup'])", ["scipy", "rapidfuzz"]),
        (
            "from rif_threshold.cli import cli; cli.main('assess --oocyte-age 36 --ploidy untested --failed 3'.split(),"
            " standalone_mode=False)",
            ["numpy", "scipy", "rapidfuzz", *PARTS],
        ),
        (
            "from rif_threshold.cli import cli; cli.main(['assess', '--help'], standalone_mode=False)",
            ["numpy", "scipy", "rapidfuzz", *PARTS],
        ),
    ],
)
def test_what_is_not_asked_for_is_not_loaded(code: str, unloaded: list[str]) -> None:
    code += f"\nimport sys; print([name for name in {unloaded!r} if name in sys.modules], file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "use",
    [
        "print(Assessment.model_validate_json(text) == answer)",
        "print(TypeAdapter(tuple[Assessment, ...]).validate_json(f'[{text}]') == (answer,))",
        "print(create_model('Held', answer=(Assessment, ...))(answer=answer).answer is answer)",
        "print('Workup' in Assessment.model_json_schema(mode='serialization')['$defs'])",
        "print(Assessment(**answer.__dict__) == answer)",
    ],
)
def test_an_assessment_without_parts_is_complete_whatever_is_done_with_it_first(use: str) -> None:
    code = (
        "import sys; from pydantic import TypeAdapter, create_model; from rif_threshold import Assessment, assess;"
        f"answer = assess({BY_FIGURE}, include=());"
        "assert 'rif_threshold.pathway' not in sys.modules;"
        f"text = sys.stdin.read(); {use}"
    )
    text = assess(ast.literal_eval(BY_FIGURE), include=()).model_dump_json()
    result = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "True"


def test_the_public_names_are_settled() -> None:
    import rif_threshold  # noqa: PLC0415

    assert all(hasattr(rif_threshold, public) for public in rif_threshold.__all__)
    assert {"assess", "Case", "Assessment", "cumulative_probability", "cumulative_curve", "transfers_to_exceed"} <= set(
        rif_threshold.__all__
    )
    assert {"margin", "load_rate_table"} <= set(rif_threshold.__all__)
    assert (SOURCE / "py.typed").exists()


def test_modules_stay_small() -> None:
    long = {name(path): lines for path in modules() if (lines := len(path.read_text("utf-8").splitlines())) > 330}
    assert long == {}


def test_no_module_is_longer_than_a_reader_bears() -> None:
    long = {path.name: lines for path in SOURCE.rglob("*.py") if (lines := path.read_text("utf-8").count("\n")) > 300}
    assert long == {}
