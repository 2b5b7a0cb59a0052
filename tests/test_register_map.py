"""Mappings: what they may say, what is refused, and `register map`, which helps to write one."""

import csv
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import ibis
import pytest
from click.testing import CliRunner

from rif_threshold.cli import cli
from rif_threshold.errors import InvalidInput
from rif_threshold.register.exploring import explore
from rif_threshold.register.first import first_mapping
from rif_threshold.register.mapping import FIELDS, Mapping
from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.reading import read
from rif_threshold.register.telling import SAID
from spreadsheets import write_xlsx

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples/register.csv"
BASE = '[patient]\ncolumn = "p"\n[date]\ncolumn = "d"\n[ploidy]\nconstant = "untested"\n[result]\ncolumn = "r"\n'


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "ours.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_mapping(str(path))
    (problem,) = caught.value.problems
    return problem.allowed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 7\nnonsense = 1\n", "title: '7' was given; a text in quotes is needed"),
        ("title = 7\nnonsense = 1\n", "this name is not known here"),
        (BASE, "title: this is needed"),
        ('title = "t"\n' + BASE.replace('[date]\ncolumn = "d"\n', ""), "a patient needs a date or an order"),
        ('title = "t"\n' + BASE + '[order]\ncolumn = "o"\n', "a date and an order are given"),
        ('title = "t"\nrows = "embryo"\n' + BASE.replace('[patient]\ncolumn = "p"\n', ""), "rows = embryo needs both"),
        ('title = "t"\nrows = "embryo"\n' + BASE + "[embryos]\nconstant = 1\n", "embryos cannot be given"),
        ('title = "t"\nrows = "cycle"\n' + BASE, "rows = cycle needs a numbered column"),
        ('title = "t"\n' + BASE.replace('"r"', '"r{n}"'), "numbered columns need rows = cycle"),
        ('title = "t"\n' + BASE + '[live_birth_percent]\ncolumn = "l"\n', "belong together"),
        (
            'title = "t"\n' + BASE + '[result.words]\nneg = "negative"\n',
            "result.words.neg: 'negative' was given; one of",
        ),
        ('title = "t"\n' + BASE + '[stage]\nwords = { a = "cleavage" }\nconstant = "cleavage"\n', "words belong to a"),
        ('title = "t"\n' + BASE + "[stage]\n", "exactly one of column, rules, constant is needed"),
        ('title = "t"\n' + BASE + '[oocyte_age_years]\nborn = "b"\n', "needs both: born and retrieved"),
        ('title = "t"\n' + BASE + '[oocyte_age_years]\nborn = "b"\nretrieved = "c"\norder = "D.M.YY"\n', "four digits"),
        ("title = ", "this is not TOML"),
        ("#" + "x" * 1_000_001, "the file is too large for a mapping"),
    ],
)
def test_what_a_mapping_may_not_say(text: str, said: str, tmp_path: Path) -> None:
    allowed = refused(tmp_path, text)
    assert said in allowed
    assert "ours.toml" in allowed


def test_a_mapping_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file or directory"):
        read_mapping(str(tmp_path / "none.toml"))
    (tmp_path / "ours.toml").write_bytes(b"\xff")
    with pytest.raises(InvalidInput, match="not UTF-8 text"):
        read_mapping(str(tmp_path / "ours.toml"))
    with pytest.raises(InvalidInput) as caught:
        read_mapping("own_word")
    assert caught.value.problems[0].hint == "did you mean own_words?"


def test_the_example_is_what_its_script_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import example_register  # noqa: PLC0415 - a script

    monkeypatch.setattr(example_register, "FILE", tmp_path / "register.csv")
    example_register.main()
    assert (tmp_path / "register.csv").read_bytes() == EXAMPLE.read_bytes()


def test_the_problems_of_the_example_are_those_that_a_reader_counts() -> None:
    with EXAMPLE.open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file, delimiter=";")
    counted = [row for row in rows if any(row) and not (len(row) > 7 and row[7] in {"freeze-all", "cancelled"})]
    twice = Counter((row[0], row[1]) for row in counted)
    read_of = [tuple(row[:7]) for row in counted]
    stand_twice = sum(read_of.count(row) > 1 and len(row) == 7 for row in read_of)
    expected = {
        "ragged": sum(len(row) != 9 for row in counted),
        "date_form": sum("/" in row[1] for row in counted),
        "decimal_sign": sum("." in row[4] for row in counted),
        "no_transfer": 0,
        "same_time": sum(twice[row[0], row[1]] > 1 for row in counted) - stand_twice,
        "same_row": stand_twice,
    }
    register = read(ibis.duckdb.connect(), EXAMPLE, read_mapping(str(ROOT / "examples/register.toml")))
    found = [row["problem"] or "" for row in register.rows.to_pyarrow().to_pylist()]
    assert len(rows) == 3000
    assert len(found) == len(counted) == 3000 - sum(each.rows for each in register.dropped)
    assert {code: sum(f"{code}:" in each for each in found) for code in expected} == expected
    assert all(count > 0 for code, count in expected.items() if code not in {"no_transfer", "same_time"})


def test_problems_are_told_in_words_and_their_number_is_bounded() -> None:
    register = read(ibis.duckdb.connect(), EXAMPLE, read_mapping(str(ROOT / "examples/register.toml")))
    bad = register.rows.filter(register.rows.problem.notnull()).count().to_pyarrow().as_py()
    told = register.problems(1)
    assert told[-1].allowed == f"and {bad - 1} more rows with problems, not shown"
    assert re.fullmatch(r"row\.[0-9]+\.[a-z_]+", told[0].field)
    everything = register.problems(bad)
    assert everything[-1].code != "more"
    assert {problem.given for problem in everything} == {""}
    assert register.problems(bad - 1)[-1].allowed == "and 1 more row with problems, not shown"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Ada Byron", "Müller, Eva", "Rosalind"], "looks like names"),
        (["0101801234", "010180-1235", "02 03 81 1236"], "looks like national numbers"),
        (["P7", "AB", "1e5a", "00017"], ""),
    ],
)
def test_identifiers_that_look_like_people_are_warned_of_and_not_repeated(
    names: list[str], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "f.csv"
    lines = (f'"{name}",2024-01-01,34,untested,1,live_birth' for name in names)
    path.write_text("\n".join(["patient,date,oocyte_age_years,ploidy,embryos,result", *lines]), "utf-8")
    warnings = read(ibis.duckdb.connect(), path, read_mapping()).warnings
    assert bool(warnings) == bool(said)
    assert all(said in warning and not any(name in warning for name in names) for warning in warnings)


def test_what_tested_means_is_said_with_every_result() -> None:
    mapping = read_mapping("cycle_rows").model_copy(update={"tested_means": "euploid"})
    register = read(ibis.duckdb.connect(), ROOT / "tests/data/register/cycle_rows.csv", mapping)
    row = register.rows.filter(register.rows.patient == "P8").to_pyarrow().to_pylist()[0]
    assert (row["ploidy"], row["problem"]) == ("euploid", None)
    assert register.warnings == ("An embryo that was tested is taken as euploid, because the mapping says so.",)


def test_map_shows_columns_and_words_but_no_identifiers() -> None:
    result = CliRunner().invoke(cli, ["register", "map", str(EXAMPLE), "--map", str(ROOT / "examples/register.toml")])
    assert result.exit_code == 0, result.output
    assert "Outcome: result" in result.output
    assert "not mapped: None" in result.output
    with EXAMPLE.open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file, delimiter=";")
    assert not any(row[0] in result.output for row in rows if row[0])
    assert "letter" not in result.output


def test_map_as_json_and_for_a_file_without_patients() -> None:
    made = ROOT / "tests/data/register/hfea_2017_2018.csv"
    result = CliRunner().invoke(cli, ["register", "map", str(made), "--map", "hfea_2017_2018", "--json"])
    columns = {each["column"]: each for each in json.loads(result.output)["columns"]}
    assert columns["Early outcome"]["unmapped"] == ["Pending"]
    assert columns["Egg source"]["unmapped"] == []
    assert columns["Frozen cycle"]["field"] == ""


def test_a_first_mapping_has_to_be_filled_in_before_it_is_read(tmp_path: Path) -> None:
    made, output = ROOT / "tests/data/register/own_words_de.csv", tmp_path / "first.toml"
    result = CliRunner().invoke(cli, ["register", "map", str(made), "--output", str(output)])
    assert "A first mapping is written to" in result.output
    first = tomllib.loads(output.read_text("utf-8"))
    assert first["date"] == {"column": "Datum", "order": "D.M.Y"}
    assert first["ploidy"]["words"]["PGT"] == ""
    with pytest.raises(InvalidInput, match="one of"):
        read_mapping(str(output))
    output.write_text(
        output.read_text("utf-8").replace('"PGT" = ""', '"PGT" = "tested"').replace('l = ""', 'l = ","'), "utf-8"
    )
    assert read_mapping(str(output)).patient is not None


def test_a_first_mapping_of_a_file_that_nobody_knows(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a;b\n" + "1;x\n" * 6 + '2;"rare ""note"""\n', "utf-8")
    found = explore(path, None)
    assert (found.mapping.separator, found.rows, found.guessed) == (";", 7, True)
    assert [(each.words, each.texts) for each in found.columns] == [((("1", 6),), 2), ((("x", 6),), 2)]
    assert 'column = ""' in first_mapping(found)
    assert found.said == (
        "No shipped mapping has a heading of this file: nothing is read as anything. The separator was guessed: ';'.",
        "Not decided: which column holds patient, oocyte_age_years, ploidy, result, date or order.",
    )


def test_what_was_guessed_is_said_and_what_is_not_decided(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    head = "paciente;fecha;edad en la punción;cromosomas;resultado;médica"
    rows = ["P1;03/04/2024;34,5;sin analizar;nacido vivo;Ada Byron", "P2;11/12/2023;34.5;euploide;mola;Eva Müller"]
    path.write_text("\n".join([head, *rows]), "utf-8")
    found = explore(path, None)
    columns = {each.column: each for each in found.columns}
    assert found.said[0].startswith("Guessed, by 5 columns whose headings it has: own words in Spanish.")
    assert found.said[1:] == (
        "Not decided: what stands before decimals. Numbers with a comma and numbers with a point stand in it.",
    )
    assert columns["fecha"].orders == ("D/M/Y", "M/D/Y")
    assert columns["fecha"].said == (
        "Days: all can be read as D/M/Y and M/D/Y. Not decided: nothing in the file tells which it is. Name the order"
        " yourself.",
    )
    assert columns["médica"].said[0].startswith("What stands in the column médica looks like names.")
    first = tomllib.loads(first_mapping(found))
    assert (first["date"]["order"], first["decimal"]) == ("", "")
    told = CliRunner().invoke(cli, ["register", "map", str(path)])
    said = " ".join(told.output.split())
    assert "2 rows. Guessed, by 5 columns" in said
    assert "Not decided: nothing in the file tells which it is." in said
    assert "looks like names" in said
    assert "Byron" not in said
    # One day decides it; one that is none is said; and what the mapping says is held against the file.
    for days, said_of_them in {
        ("17/04/2024", "03/04/2024"): "Days: all can be read as D/M/Y.",
        ("04/17/2024", "03/04/2024"): "Days: all can be read as M/D/Y. The mapping says D/M/Y.",
        ("17/04/2024", "03/04/2024", "2024-04-17"): "Days: 2 of 3 can be read as D/M/Y; the others are no such days.",
        ("soon", "later"): "It is no column of days in the order D/M/Y.",
    }.items():
        lines = [f"P{n};{day};34;sin analizar;mola;" for n, day in enumerate(days)]
        path.write_text("\n".join([head, *lines]), "utf-8")
        (day,) = (each for each in explore(path, read_mapping("own_words_es")).columns if each.column == "fecha")
        assert day.said == (said_of_them,)
    one = explore(path, None)
    assert one.said[0].startswith("Guessed")
    path.write_text("patient;x\nAda Byron;1.5\nEva Müller;2.5\n", "utf-8")
    found = explore(path, read_mapping("own_words_de").model_copy(update={"decimal": ","}))
    assert not found.guessed
    path.write_text("Datum;x\n17.04.2024;1.5\n", "utf-8")
    guessed = explore(path, None)
    assert guessed.said[0].startswith("Guessed, by 1 column whose headings it has: own words in German.")
    assert "Decimals stand behind '.' in one cell, and behind ',' in none." in guessed.said
    assert tomllib.loads(first_mapping(guessed))["decimal"] == "."
    path.write_text("Datum;x\n17.04.2024;1,5\n", "utf-8")
    assert not any(each.startswith("Decimals stand") for each in explore(path, None).said)


MADE = [path.stem for path in sorted((ROOT / "tests/data/register").glob("*.csv"))]


@pytest.mark.parametrize("name", MADE)
def test_the_first_mapping_of_a_known_layout_reads_it_as_the_shipped_one_does(name: str, tmp_path: Path) -> None:
    made, output = ROOT / f"tests/data/register/{name}.csv", tmp_path / "first.toml"
    result = CliRunner().invoke(cli, ["register", "map", str(made), "--map", name, "--output", str(output)])
    assert result.exit_code == 0, result.output
    text = re.sub('^".*" = ""\n', "", output.read_text("utf-8"), flags=re.MULTILINE)
    # What is undecided in a few made rows is filled in as the shipped mapping has it.
    shipped = read_mapping(name)
    for order in {shipped.date.order} if shipped.date else ():
        text = text.replace('order = ""', f'order = "{order}"')
    output.write_text(text, "utf-8")
    ours, theirs = (read(ibis.duckdb.connect(), made, each) for each in (read_mapping(str(output)), shipped))
    assert ours.rows.order_by("row", "at").to_pyarrow().equals(theirs.rows.order_by("row", "at").to_pyarrow())
    assert ours.dropped == theirs.dropped


def test_a_first_mapping_can_be_edited_for_every_layout_of_the_walk() -> None:
    first = first_mapping(explore(EXAMPLE, None))
    for name in (*FIELDS, "keep"):
        assert re.search(rf"^(# )?\[\[?{name}\]\]?$", first, re.MULTILINE), name
    walk = (ROOT / "docs/register.md").read_text("utf-8")
    keys = re.findall(r"`\[{0,2}([a-z_]+)\]{0,2}`", walk[walk.index("What a mapping can say") : walk.index("## 3.")])
    assert {"separator", "encoding", "sheet", "rows", "tested_means", "ages_may_fall", "sum", "rules"} <= {*keys}
    given = {*Mapping.model_fields} | {"column", "words", "missing", "optional", "sum", "constant", "rules", "born"}
    for key in given & {*keys}:
        assert re.search(rf"^(# )?(\[+|{key}\b|\[+\w+\.{key})", first, re.MULTILINE), key
        assert key in first
    # Every line that stands aside can be taken in.
    blocks = [block for block in first.split("\n\n") if block.startswith("# [")]
    assert len(blocks) > 7
    for block in blocks:
        taken = "\n".join(line.removeprefix("# ") for line in block.split("\n") if not line.startswith("# Which"))
        assert tomllib.loads(taken)


def test_every_code_is_explained_in_the_walk() -> None:
    walk = (ROOT / "docs/register.md").read_text("utf-8")
    assert [code for code in SAID if f"`{code}`" not in walk] == []


def test_the_commands_of_a_register_are_listed() -> None:
    result = CliRunner().invoke(cli, ["register", "--help"])
    assert "map" in result.output
    assert CliRunner().invoke(cli, ["register", "mop"]).exit_code == 2


@pytest.mark.parametrize("command", ["map", "couples"])
def test_what_is_read_is_never_written_over(command: str, tmp_path: Path) -> None:
    source = tmp_path / "transfers.csv"
    source.write_text("patient,order,oocyte_age_years,ploidy,result\n1,1,36,untested,no_positive_test\n", "utf-8")
    before = source.read_bytes()
    result = CliRunner().invoke(cli, ["register", command, str(source), "--output", str(source)])
    assert result.exit_code == 2
    assert "would be written over" in result.stderr
    assert source.read_bytes() == before


def test_a_mapping_that_was_filled_in_is_not_written_over(tmp_path: Path) -> None:
    source, filled = tmp_path / "transfers.csv", tmp_path / "mapping.toml"
    source.write_text("patient,order,oocyte_age_years,ploidy,result\n1,1,36,untested,no_positive_test\n", "utf-8")
    filled.write_text("# filled in\n", "utf-8")
    result = CliRunner().invoke(cli, ["register", "map", str(source), "--output", str(filled)])
    assert result.exit_code == 2
    assert filled.read_text("utf-8") == "# filled in\n"


def test_a_first_mapping_is_read_whatever_stands_in_headings_and_words(tmp_path: Path) -> None:
    path = tmp_path / "transfers.csv"
    rows = "".join(f"{n},x,pos\u00a0itive\n{n},x,a \\ b\n" for n in range(9))
    path.write_text(f'patient,"day\nof transfer",result\n{rows}', "utf-8")
    first = tomllib.loads(first_mapping(explore(path, None)))
    assert first["patient"]["column"] == "patient"
    assert set(first["result"]["words"]) == {"pos\u00a0itive", "a \\ b"}


def test_a_column_of_full_names_is_warned_of_also_where_each_stands_several_times(tmp_path: Path) -> None:
    """Eight people in forty rows; words of a laboratory that stand as often are no names."""
    people = (
        "Anna Schmidt",
        "Eva Maria Klein",
        "Ida Berg",
        "Lea Roth",
        "Mia Wolf",
        "Nora Lang",
        "Pia Haas",
        "Ute Frank",
    )
    rows = [f"{n % 8},{people[n % 8]},{('Frozen embryo', 'Fresh embryo')[n % 2]}" for n in range(40)]
    file = tmp_path / "list.csv"
    file.write_text("\n".join(["patient,name,kind", *rows]), "utf-8")
    columns = {each.column: each for each in explore(file, None).columns}
    assert columns["name"].said[0].startswith("What stands in the column name looks like names.")
    assert columns["name"].words == ()  # none of them is told
    assert [text for text, _ in columns["kind"].words] == ["Fresh embryo", "Frozen embryo"]
    assert columns["kind"].people == ()
    told = CliRunner().invoke(cli, ["register", "map", str(file)]).output
    assert "looks like names" in told
    assert "Schmidt" not in told


def test_the_days_of_a_spreadsheet_need_no_order(tmp_path: Path) -> None:
    """They are read as the days that they are, whatever order a mapping names for those that are texts."""
    days = [["2024-04-03"], ["2023-12-11"], ["2024-01-02"]]
    (column,) = explore(write_xlsx(tmp_path / "days.xlsx", [["date"], *days]), None).columns
    assert (column.orders, column.said) == (("Y-M-D",), ("Days: all can be read as Y-M-D.",))
    (column,) = explore(write_xlsx(tmp_path / "texts.xlsx", [["date"], ["03/04/2024"], ["11/12/2023"]]), None).columns
    assert column.orders == ("D/M/Y", "M/D/Y")
