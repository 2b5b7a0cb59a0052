"""Verifying reads everything: whatever is broken in any shipped table, on purpose and signed, is refused."""

# ruff: noqa: E501 - one breach a line is easier to read than one breach on seven

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from rif_threshold import assessment
from rif_threshold import method as method_module
from rif_threshold.cli import cli
from rif_threshold.errors import TableError
from rif_threshold.register import limits, mappings, settings
from rif_threshold.tables import Folder, open_folder, readers_of, shipped, shipped_directory, verify
from test_tables import sign

assert assessment  # it imports every module that reads a table ...
assert all((limits, mappings, settings))  # ... and these are those of the register
NAMES = sorted(path.relative_to(shipped_directory()).as_posix() for path in shipped_directory().rglob("*.*"))

# What each TOML file cannot be without, by reading it: the first line with each of these keys is taken out.
NEEDED = {
    "sources.toml": "title read",
    "method.toml": "threshold_percent minimum_transfers live_birth_to_pregnancy_factor most_entries most_embryos"
    " shortest_curve longest_curve interval_level disclaimer key locator minimum_years maximum_years source text"
    " live_birth_percent",
    "rates/eshre_rif_2023.toml": "title outcome denominator ploidy age_basis population valid_from key locator"
    " age_label printed_transfers_to_threshold",
    "rates/hfea_2017_2018.toml": "title outcome outcomes_beside denominator ploidy age_basis population valid_from key"
    " locator stage successes_live_birth short last_year eggs said differs kinds",
    "rates/hfea_2017_2018_donor.toml": "title outcome outcomes_beside denominator ploidy age_basis population"
    " valid_from key locator age_label transfers short last_year eggs said differs kinds",
    "background/hfea_2017_2018.toml": "title population key locator transfers live_births eggs heartbeats id text",
    "prediction/nelson_lawlor_2011.toml": "id title outcome denominator key locator intercept label minimum_years"
    " maximum_years egg_source trying unknown cervical first no_ivf_never_pregnant antioestrogen age_band why",
    "perspective/observed_by_rank.toml": "title id label ploidy outcome denominator population source rank",
    "perspective/definitions.toml": "id label rule cumulative_percent source",
    "perspective/assumptions.toml": "supposed_transfers supposed_source value source text main lower upper",
    "pathways/facts.toml": "kind label type",
    "pathways/workup.toml": "id label grade concerns source when",
    "pathways/gate.toml": "id statement source label label_when_clear when",
    "pathways/notes.toml": "id text source",
    "pathways/protocols.toml": "id label source study kind named start stop asks when criteria_given indirect indirect_note",
    "pathways/contradictions.toml": "id fields says when",
    "register/rates.toml": "source fewest_women settled_probability likely_probability circular_below warn_problem_percent"
    " period_years untold_days birth_known_months first both positive_test clinical circular mixed one_embryo problems"
    " no_patient settle no_dates not_for_sharing",
    "register/audit.toml": "source fewest_for_ratio fewest_expected fewest_in_cell fewest_ranks refused_probability"
    " failures_in_a_row in_treatment_months early_months later_years fewest_in_period worth_warning_lower"
    " worth_warning_upper warn_span_years seen_ratio seen_power prevalence_percents small_cell first outcome leave"
    " own_table fitted total rank_and_year fits no_fit lugano now_and_ever censored went_on share many what"
    " not_for_sharing shared left_out no_dates no_change",
    "register/checks.toml": "age_change_years first_year last_year oldest_birth_years",
    **dict.fromkeys((name for name in NAMES if name.startswith("mappings/")), "title column"),
}


def damaged(name: str) -> Iterator[tuple[str, str]]:
    """What is done to a file, and its text then."""
    text = (shipped_directory() / name).read_text("utf-8")
    yield "emptied", ""
    middle = text.index("\n", len(text) // 2)
    yield "cut in the middle", text[: text.index("," if name.endswith(".csv") else " = ", middle) + 2]
    yield from damaged_rows(text) if name.endswith(".csv") else damaged_toml(name, text)


def damaged_rows(text: str) -> Iterator[tuple[str, str]]:
    head, first, *rest = csv.reader(io.StringIO(text))
    for at, column in enumerate(head):
        yield f"{column} dropped", written([row[:at] + row[at + 1 :] for row in (head, first, *rest)])
        yield f"{column} renamed", written([[*head[:at], "nonsense", *head[at + 1 :]], first, *rest])
        yield f"{column} twice", written([[*row, row[at]] for row in (head, first, *rest)])
        if column == "source_keys":
            for what, keys in (("source", "nobody_1999"), ("further source", f"{first[at]} nobody_1999")):
                yield f"an unknown {what}", written([head, [*first[:at], keys, *first[at + 1 :]], *rest])
        filled = [row[at] for row in (first, *rest) if row[at]]
        if filled and all(re.fullmatch(r"[0-9.]+", cell) for cell in filled) and column not in {"year", "treated"}:
            row = next(place for place, each in enumerate((first, *rest)) if each[at])
            for nonsense in ("many", "-7"):
                rows = [list(each) for each in (first, *rest)]
                rows[row][at] = nonsense
                yield f"{column} is {nonsense}", written([head, *rows])
    yield "a cell too many", written([head, [*first, "more"], *rest])
    yield "a cell too few", written([head, first[:-1], *rest])
    yield "a row twice", written([head, first, first, *rest])


def damaged_toml(name: str, text: str) -> Iterator[tuple[str, str]]:
    for key in NEEDED[name].split():
        without = re.sub(rf"(?m)^{key} *=.*\n", "", text, count=1)
        assert without != text, key
        yield f"{key} dropped", without
    yield "an unknown key at the top", f"nonsense = 1\n{text}"
    yield "an unknown key at the end", f"{text.rstrip()}\nnonsense = 1\n"
    for what, pattern, put in (
        ("an unknown source", r'\bkey = "[^"]+"', 'key = "nobody_1999"'),
        ("an unknown fact", r'\bfact = "[^"]+"', 'fact = "nothing"'),
        ("a number that is none", r"(?<==) [0-9.]+(?=\n)", ' "many"'),
        ("a number that is not a number", r"(?<==) [0-9]+\.[0-9]+(?=\n)", " nan"),
        ("a text that is a number", r'(?m)^(label|title|text|says|statement) = "[^"]+"$', r"\1 = 7"),
    ):
        changed = re.sub(pattern, put, text, count=1)
        if changed != text:
            yield what, changed


def written(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def refusal(name: str, folder: Folder) -> TableError | None:
    """What the readers of a file say against it."""
    try:
        for read in readers_of(name):
            read(folder)
    except TableError as error:
        return error
    return None


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_broken_is_refused_with_file_and_line(name: str) -> None:
    tables, tried = shipped(), 0
    for what, text in damaged(name):
        copy = Folder(tables.root, {**tables.texts, name: text}, tables.digests)
        refused = refusal(name, copy)
        assert refused, f"{what} was taken"
        assert Path(refused.path).name.startswith(Path(name).stem), (what, str(refused))
        assert refused.line, (what, str(refused))
        assert "should be" not in refused.reason, what  # pydantic's own words
        tried += 1
    assert tried > 5


# What is well formed and yet cannot be: what stands there, what it becomes, what is said.
CONTRADICTIONS = [
    ("method.toml", "interval_level = 0.95", "interval_level = 1.5", "interval_level is not possible"),
    ("method.toml", "maximum_years = 55", "maximum_years = 5", "minimum_years is not possible"),
    ("method.toml", "shortest_curve = 6 ", "shortest_curve = 60 ", "shortest_curve is not possible"),
    ("method.toml", "factor = 1.16", "factor = 0.0", "live_birth_to_pregnancy_factor is not possible"),
    ("method.toml", "[caveats.own_table]", "[caveats.own_tables]", "the caveat own_table is missing"),
    ("prediction/nelson_lawlor_2011.toml", "maximum_years = 37", "maximum_years = 38", "the bands 35-37 and 38-39 overlap"),
    ("prediction/nelson_lawlor_2011.toml", "minimum_years = 4\n", "minimum_years = 5\n", "years between them are missing"),
    ("prediction/nelson_lawlor_2011.toml", "maximum_years = 50", "maximum_years = 5", "a band ends before it begins"),
    ("prediction/nelson_lawlor_2011.toml", 'trying_band = "7-9"', 'trying_band = "7-8"', "a cell in doubt is none of"),
    ("prediction/nelson_lawlor_2011.toml", '"2" = -0.3489\n', "", "counted from 0, none left out"),
    ("register/checks.toml", "last_year = 2099", "last_year = 1900", "the last year lies before the first"),
    ("mappings/flags.toml", "[result.", "[results.", "this name is not known here"),
    ("perspective/assumptions.toml", "value = 0.15", "value = 1.5", "a spread is a share"),
    ("perspective/assumptions.toml", "value = 0.8", "value = 8", "a probability lies above 0"),
    ("perspective/assumptions.toml", "lower = 1.10", "lower = 1.30", "ends above its beginning"),
    ("perspective/observed_by_rank.csv", "\npirtea_implantation,1,", "\n,1,", "series: this is needed"),
    ("pathways/protocols.toml", "indirect = true\n", "", "indirect = true and its note belong together"),
    ("pathways/facts.toml", "[th1_th2_ratio]", 'nonsense = "yes"\n[th1_th2_ratio]', "nonsense"),
    ("background/hfea_2017_2018.toml", "at {age}, after", "after", "names age, groups and figures"),
    ("background/hfea_2017_2018.toml", 'id = "embryos"', 'id = "embryo"', "pgt_a are observed, each once"),
    ("background/hfea_2017_2018_counts.csv", "18-34,18286", "young,18286", "the age is a band such as 35-37"),
    ("background/hfea_2017_2018_counts.csv", "10801,9627", "10801,10802", "each outcome is among those before it"),
    ("background/hfea_2017_2018_counts.csv", "8980,8243", "8980,8242", "the sum of live_births is 39197, and 39198 was"),
    ("background/hfea_2017_2018_by_previous_cycles.csv", "18-34,0,13925", "18-34,0,23925", "28286 transfers at 18-34, of 18286"),
    ("rates/hfea_2017_2018.csv", "4444,8138", "4445,8138", "the counts of rates/hfea_2017_2018.csv are not those"),
    ("rates/hfea_2017_2018.csv", "8138,3918,3159", "8138,3918,3919", "3919 live_birth cannot be among 3918 clinical"),
    ("rates/hfea_2017_2018.csv", "untested,cleavage,35-37", "untested,,35-37", "some have a stage and some have none"),
    ("rates/hfea_2017_2018.csv", "cleavage,35-37,35", "cleavage,35-37,34", "the untested cleavage bands 18-34 and 35-37 overlap"),
    ("register/rates.toml", "fewest_women = 30", "fewest_women = 1", "fewest_women is not possible"),
    ("register/rates.toml", "likely_probability = 0.5", "likely_probability = 0.97", "settled_probability is not possible"),
    ("register/audit.toml", "small_cell = 5", "small_cell = 1", "small_cell is not possible"),
    ("register/audit.toml", "[5, 10, 15, 20]", "[5, 100]", "prevalence_percents is not possible"),
    ("rates/eshre_rif_2023.toml", 'age_label = "age band as printed"', 'label = "x"', "the column age_label is not known"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "before", "after", "reason"), CONTRADICTIONS, ids=[each[3] for each in CONTRADICTIONS]
)
def test_a_table_that_cannot_be_is_refused(name: str, before: str, after: str, reason: str) -> None:
    text = shipped().text(name)
    assert before in text
    copy = Folder(shipped().root, {**shipped().texts, name: text.replace(before, after, 1)}, shipped().digests)
    refused = refusal(name, copy)
    assert refused
    assert refused.line
    assert re.search(reason, refused.reason)


@pytest.mark.parametrize("text", ['note = "one"', "note = [1]", "[note]\nid = 1", "note = []"])
def test_a_list_of_entries_is_one(text: str) -> None:
    copy = Folder(shipped().root, {**shipped().texts, "pathways/notes.toml": text}, shipped().digests)
    refused = refusal("pathways/notes.toml", copy)
    assert (refused and refused.line, refused and refused.reason) == (1, "a list [[note]] is needed")


def test_every_caveat_that_is_said_by_name_must_be_in_the_table() -> None:
    source = Path(method_module.__file__).parent
    said = "".join(path.read_text("utf-8") for path in source.rglob("*.py"))
    names = set(re.findall(r'caveats(?:\(|\[)\s*"([a-z_]+)"', said)) | {"small_counts", "percentage_without_counts"}
    assert names - method_module.CAVEATS == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_command_refuses_a_table_that_was_broken_and_signed(name: str, copied_tables: Path) -> None:
    what, text = list(damaged(name))[-1]
    (copied_tables / name).write_text(text, "utf-8")
    sign(copied_tables)
    result = CliRunner().invoke(cli, ["tables", "verify"])
    assert result.exit_code == 4, what
    assert re.search(rf"{Path(name).stem}\.(csv|toml), line [0-9]+: ", result.stderr)


def test_a_file_that_nothing_reads_or_that_is_gone_is_refused(copied_tables: Path) -> None:
    (copied_tables / "evidence/more.csv").write_text("id\n1\n")
    sign(copied_tables)
    with pytest.raises(TableError, match=r"more\.csv: nothing reads this file"):
        verify()
    (copied_tables / "evidence/more.csv").unlink()
    (copied_tables / "evidence/timing.csv").unlink()
    sign(copied_tables)
    open_folder.cache_clear()
    with pytest.raises(TableError, match=r"timing\.csv: there is no such table"):
        verify()


def test_verifying_opens_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: set[str] = set()
    text = Folder.text

    def noted(folder: Folder, name: str) -> str:
        opened.add(name)
        return text(folder, name)

    monkeypatch.setattr(Folder, "text", noted)
    verify(Folder(shipped().root, shipped().texts, shipped().digests))
    assert sorted(opened) == NAMES
