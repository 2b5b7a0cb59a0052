"""``rif-threshold register audit``: one object in every format, and what no report has."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from rif_threshold.cli import cli

EXAMPLE = Path(__file__).parents[1] / "examples"
ARGUMENTS = [str(EXAMPLE / "register.csv"), "--map", str(EXAMPLE / "register.toml")]
KINDS = ("html", "pdf", "json", "csv")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["register", "audit", *map(str, arguments)])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The audit of the example in every format, and as text."""
    folder = tmp_path_factory.mktemp("audit")
    found = {}
    for kind in KINDS:
        out = folder / f"audit.{kind}"
        result = run(*ARGUMENTS, "--format", kind, "--output", out, "--date", "2026-11-26")
        assert (result.exit_code, result.stdout) == (0, ""), result.output
        found[kind] = out.read_bytes()
    text = run(*ARGUMENTS)
    assert text.exit_code == 0
    return found | {"text": text.stdout.encode()}


def plain(content: bytes) -> str:
    return " ".join(content.decode("utf-8-sig").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").split())


def paper(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_every_format_tells_the_same_results(made: dict[str, bytes]) -> None:
    told = json.loads(made["json"])
    assert len(told["results"]) > 12
    rows = list(csv.DictReader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    assert [row["value"] for row in rows if row["table"] == "results"] == told["results"]
    html, printed, text = plain(made["html"]), paper(made["pdf"]), plain(made["text"])
    for line in told["results"]:
        assert line in html
        assert line in text
        assert line.replace(" ", "") in printed.replace(" ", "").replace("-", "-")


def test_the_rows_of_the_example_reconcile(made: dict[str, bytes]) -> None:
    rows = json.loads(made["json"])["rows"]
    parts = ("first_runs", "later_runs", "awaited", "too_recent", "in_couples_with_problem")
    assert rows["read"] == sum(rows[part] for part in parts) == 2984


def test_results_in_words_fill_one_page_and_method_stands_last(made: dict[str, bytes]) -> None:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made["pdf"])).pages]
    assert "Results" in pages[0]
    assert "Observed against expected by rank, first runs" not in pages[0]
    assert "Method and limits" in " ".join(pages[2:])
    html = plain(made["html"])
    assert html.index("Results") < html.index("<svg") < html.index("<table>") < html.index("Method and limits")


def test_every_picture_has_its_text_and_the_file_refers_to_nothing_outside(made: dict[str, bytes]) -> None:
    html = made["html"].decode()
    assert html.count("<svg ") == html.count("<title id=") == 2
    assert "Observed over expected by rank of the first run" in html
    assert len(set(re.findall(r'<title id="([^"]+)"', html))) == 2
    assert not re.search(r'(?:src|href)="(?!#)', html)


def test_what_no_report_has(made: dict[str, bytes]) -> None:
    for kind in ("html", "csv", "json", "text"):
        text = plain(made[kind]).lower()
        for word in ("p-value", "p =", "p <", "significant", "best", "worst", "hosmer", "slope", "funnel"):
            assert not re.search(rf"(?<!no test of ){re.escape(word)}(?!ance)", text.replace("the best embryo", "")), (
                word
            )
    for column in ("clinician", "embryologist", "site", "weekday"):
        assert column not in made["csv"].decode("utf-8-sig").lower()


def test_the_many_looks_are_said_with_the_real_number(made: dict[str, bytes]) -> None:
    told = json.loads(made["json"])
    assert told["intervals"] == len(told["calibration"]) == 17
    assert any(line.startswith("17 intervals against ESHRE's table") for line in told["results"])
    assert told["any_outside"] == pytest.approx(1 - 0.95**17)


def test_no_cumulative_figure_stands_without_its_other_end(made: dict[str, bytes]) -> None:
    for row in json.loads(made["json"])["ends"]:
        ends = (row["cumulative_optimistic_percent"], row["cumulative_conservative_percent"])
        assert (ends[0] is None) == (ends[1] is None)
    assert re.search(r"between [0-9.]+ and [0-9.]+ % have had a positive test", plain(made["text"]))


def test_it_is_marked_for_the_clinic_alone(made: dict[str, bytes]) -> None:
    assert "For the clinic alone. Not for sharing." in plain(made["html"])
    assert "For the clinic alone. Not for sharing." in paper(made["pdf"])
    assert "For the clinic alone. Not for sharing." in plain(made["csv"])


def test_a_spreadsheet_takes_nothing_for_a_formula(made: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    values = [row["value"] for row in rows]
    assert "'+0" in values
    assert not any(value.startswith(("=", "+", "-", "@")) for value in values)


def test_to_standard_output_and_never_over_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(
        "patient,order,oocyte_age_years,ploidy,embryos,result\na,1,34,untested,1,no_positive_test\n", "utf-8"
    )
    shown = run(path, "--format", "json", "--output", "-")
    told = json.loads(shown.stdout)
    assert (told["shared"], told["rows"]["read"], told["definitions"]["current"]) == (False, 1, 1)
    assert told["ranks"][-1]["eshre"] is None
    refused = CliRunner().invoke(cli, ["register", "audit", str(path), "--format", "csv", "--output", str(path)])
    assert refused.exit_code != 0
    assert path.read_text("utf-8").startswith("patient")


def test_the_audit_of_one_couple_says_little_and_says_it_well(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(
        "patient,order,oocyte_age_years,ploidy,embryos,result\na,1,34,untested,1,no_positive_test\n", "utf-8"
    )
    for kind in KINDS:
        assert run(path, "--format", kind, "--output", tmp_path / f"audit.{kind}").exit_code == 0
    assert b"<svg" not in (tmp_path / "audit.html").read_bytes()
