"""Tables are trusted only as they were when their digests were taken; every breach names file and line."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from rif_threshold.errors import OutOfRange, TableError
from rif_threshold.method import method
from rif_threshold.own_tables import own_rate_tables
from rif_threshold.prediction import nelson_lawlor_2011
from rif_threshold.rates import load_rate_table
from rif_threshold.tables import Folder, Source, open_folder, shipped, shipped_directory, sources
from rif_threshold.vocabulary import Outcome, Ploidy

CSV = "rates/eshre_rif_2023.csv"


def sign(folder: Path) -> None:
    """Write SHA256SUMS anew, as somebody who changes a table on purpose would."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def edit(folder: Path, name: str, before: str, after: str) -> None:
    """Change a table and sign it: what is then wrong with it must be found by reading it."""
    path = folder / name
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    sign(folder)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A clinic's own folder: one rate table, its source and its digests."""
    return own_folder(tmp_path, "ours")


def own_folder(folder: Path, name: str) -> Path:
    (folder / "rates").mkdir()
    for suffix in ("csv", "toml"):
        shutil.copy(shipped_directory() / "rates" / f"eshre_rif_2023.{suffix}", folder / "rates" / f"{name}.{suffix}")
    (folder / "sources.toml").write_text('[our_records]\ntitle = "Our records"\nread = "full text"\n')
    edit(folder, f"rates/{name}.toml", 'key = "eshre_rif_2023"', 'key = "our_records"')
    return folder


def test_the_digests_are_those_of_sha256sum() -> None:
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=shipped_directory(), check=True)
    assert len(shipped().digest) == 64


def test_every_single_changed_byte_is_noticed(own: Path) -> None:
    path = own / "rates/ours.csv"
    good = path.read_bytes()
    for place in range(0, len(good), 37):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        open_folder.cache_clear()
        with pytest.raises(TableError, match="was changed"):
            open_folder(own)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda folder: (folder / "SHA256SUMS").unlink(), "no list of digests"),
        (lambda folder: (folder / "rates/ours.csv").unlink(), "is missing"),
        (lambda folder: (folder / "more.csv").write_text("x"), "is not listed"),
        (lambda folder: (folder / "SHA256SUMS").write_text("nonsense\n"), "line 1"),
        (lambda folder: (folder / "SHA256SUMS").write_text(2 * (folder / "SHA256SUMS").read_text()), "line 4"),
        (lambda folder: ((folder / "rates/ours.csv").write_bytes(b"\xff\xfe"), sign(folder)), "not UTF-8"),
    ],
    ids=["no list", "missing", "unlisted", "nonsense", "twice", "not utf-8"],
)
def test_a_folder_that_is_not_whole_is_refused(own: Path, break_it: Callable[[Path], object], message: str) -> None:
    break_it(own)
    with pytest.raises(TableError, match=message):
        open_folder(own)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("untested,35-39,35,39", "untested,35-39,36,39", r"ours.csv, line 3: ages between .* are missing"),
        ("untested,35-39,35,39", "untested,35-39,34,39", r"ours.csv, line 3: .* overlap"),
        ("untested,35-39,35,39", "untested,35-39,35,", r"ours.csv, line 4: .* overlap"),
        ("untested,35-39,35,39,25.9", "untested,35-39,35,39,125.9", r"ours.csv, line 3: per_transfer_percent"),
        ("untested,35-39,35,39,25.9", "untested,35-39,35,39,", r"ours.csv, line 3: per_transfer_percent"),
        ("untested,35-39,35,39,25.9", 'untested,35-39,35,39,"25,9"', r"ours.csv, line 3"),
        ("untested,35-39,35,39,25.9", "untested,35-39,35,39,25.9,1", r"ours.csv, line 3: the number of cells"),
        ("untested,35-39", "unknown,35-39", r"ours.csv, line 3: ploidy"),
        ("per_transfer_percent", "rate", r"ours.csv, line 1: .*per_transfer_percent is missing.*rate"),
        ("untested,35-39", '"untested,35-39', r"ours.csv"),
        ("untested,35-39,35,39,25.9", "untested,35-39,35,39,0.259", r"line 3: .* 1 or less is not taken"),
        ("untested,35-39,35,39,25.9", "untested,35-39,39,35,25.9", r"line 3: the band 35-39 ends before it begins"),
        ("25.9,45.1", "25.9,48.1", r"line 3: the cell printed for n = 2 does not follow"),
    ],
)
def test_a_rate_table_that_contradicts_itself_is_refused(own: Path, before: str, after: str, message: str) -> None:
    edit(own, "rates/ours.csv", before, after)
    with pytest.raises(TableError, match=message):
        load_rate_table("ours", own)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('outcome = "implantation_or', 'outcome = "pregnancy_or', "outcome"),
        ('key = "our_records"', 'key = "nobody_1999"', r"ours.toml, line \d+: the source 'nobody_1999'"),
        ('ploidy = ["untested", "euploid"]', 'ploidy = ["untested"]', "disagree on: euploid"),
        ("title =", "titel =", "titel"),
        ("title = ", "title ", "not TOML"),
    ],
)
def test_what_a_table_says_of_itself_is_checked(own: Path, before: str, after: str, message: str) -> None:
    edit(own, "rates/ours.toml", before, after)
    with pytest.raises(TableError, match=message):
        load_rate_table("ours", own)


def test_counts_of_an_own_table_are_checked(own: Path) -> None:
    path = own / "rates/ours.csv"
    header = "ploidy,age_label,age_min_years,age_max_years,per_transfer_percent,successes,transfers\n"
    edit(own, "rates/ours.toml", 'ploidy = ["untested", "euploid"]', 'ploidy = ["untested"]')
    for counts, message in ((",100", "belong together"), ("100,100", "between 0 and transfers"), ("0,9", "between 0")):
        path.write_text(f"{header}untested,all,,,26.0,{counts}\n")
        sign(own)
        open_folder.cache_clear()
        load_rate_table.cache_clear()
        with pytest.raises(TableError, match=message):
            load_rate_table("ours", own)
    path.write_text(header)
    sign(own)
    open_folder.cache_clear()
    with pytest.raises(TableError, match="no rows"):
        load_rate_table("ours", own)


def test_an_own_folder_must_hold_a_rate_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for nowhere in (tmp_path / "nowhere", "a\0b", 5):
        with pytest.raises(TableError, match="no such folder"):
            own_rate_tables(nowhere)
    sign(tmp_path)
    with pytest.raises(TableError, match="no rate table"):
        own_rate_tables(tmp_path)
    monkeypatch.setenv("RIF_THRESHOLD_TABLES", str(tmp_path / "nowhere"))
    with pytest.raises(TableError, match="no such folder"):
        own_rate_tables()
    monkeypatch.delenv("RIF_THRESHOLD_TABLES")
    assert own_rate_tables() == {}


def test_the_published_table_is_as_the_document_prints_it() -> None:
    table = load_rate_table("eshre_rif_2023")
    assert table.outcome is Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED
    # nasehi_slides, table of cumulative likelihoods: band, rate, "intervene after".
    assert [
        (row.ploidy.value, row.age_label, float(row.per_transfer_percent), row.printed_transfers_to_threshold)
        for row in table.strata
    ] == [
        ("untested", "<35", 31.5, 3),
        ("untested", "35-39", 25.9, 4),
        ("untested", ">=40", 15.0, 6),
        ("euploid", "<35", 68.4, 2),
        ("euploid", "35-40", 64.1, 2),
        ("euploid", ">40", 58.0, 2),
    ]


@pytest.mark.parametrize(
    ("ploidy", "age", "label"),
    [
        ("untested", 18, "<35"),
        ("untested", 34, "<35"),
        ("untested", 35, "35-39"),
        ("untested", 39, "35-39"),
        ("untested", 40, ">=40"),
        ("untested", 55, ">=40"),
        ("euploid", 34, "<35"),
        ("euploid", 35, "35-40"),
        ("euploid", 40, "35-40"),
        ("euploid", 41, ">40"),
    ],
)
def test_ages_fall_into_the_bands_as_printed(ploidy: str, age: int, label: str) -> None:
    assert load_rate_table("eshre_rif_2023").look_up(Ploidy(ploidy), age).age_label == label


def test_there_is_no_row_for_a_mosaic_embryo() -> None:
    with pytest.raises(OutOfRange, match="no_row") as raised:
        load_rate_table("eshre_rif_2023").look_up(Ploidy.LOW_LEVEL_MOSAIC, 36)
    assert "its rows are untested <35" in raised.value.problem.allowed


def test_a_table_that_is_not_there_is_a_table_error() -> None:
    with pytest.raises(TableError, match="no such table"):
        load_rate_table("nowhere")
    error = shipped().error(CSV, "reason", "untested,>=40")
    assert (error.line, error.reason) == (4, "reason")
    assert shipped().error(CSV, "reason", "\nuntested,>=40").line == 4
    assert shipped().error(CSV, "reason", "not in it").line is None


def test_the_constants_and_their_caveats_have_sources(copied_tables: Path) -> None:
    method.cache_clear()
    assert float(method().threshold_percent) == 60
    assert method().minimum_transfers == 2
    method.cache_clear()
    edit(copied_tables, "method.toml", 'source = "pirtea_2021"', 'source = "nobody_1999"')
    open_folder.cache_clear()
    with pytest.raises(TableError, match=r"method.toml, line \d+: the source 'nobody_1999'"):
        method()
    method.cache_clear()
    open_folder.cache_clear()


def test_a_model_with_a_missing_coefficient_is_refused(copied_tables: Path) -> None:
    edit(copied_tables, nelson_lawlor_2011.TABLE, "gonadotrophin = 0.29", "")
    nelson_lawlor_2011.model.cache_clear()
    open_folder.cache_clear()
    with pytest.raises(TableError, match="cycle_medication are not complete"):
        nelson_lawlor_2011.model()
    nelson_lawlor_2011.model.cache_clear()
    open_folder.cache_clear()


def test_sources_are_cited_whole_and_short() -> None:
    source = sources()["eshre_rif_2023"]
    assert source.citation.startswith("ESHRE Working Group")
    assert source.citation.endswith("doi:10.1093/hropen/hoad023")
    assert source.short == "ESHRE Working Group on Recurrent Implantation Failure, 2023, doi:10.1093/hropen/hoad023"
    bare = Source(title="Leaflet", url="https://example.org", read="abstract")
    assert (bare.citation, bare.short) == ("Leaflet. https://example.org", "Leaflet, https://example.org")
    assert sources(Folder(Path(), {}, {})) == {}
