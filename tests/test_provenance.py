"""What is cited is what is referred to. A text cites nothing, whatever it says."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import rif_threshold.listing  # noqa: F401 - enters every reader of tables into the register
from report_cases import CASES, REFUSED, answer
from rif_threshold import assess
from rif_threshold.pathway.ledger import conflicts
from rif_threshold.record import Record
from rif_threshold.tables import OURS, Folder, SourceReference, readers_of, shipped, sources
from test_tables import edit, own, sign

__all__ = ["own"]  # a fixture, used by name

TABLE = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
EVERYTHING = ("workup", "tacrolimus", "perspective")


def keys(case: dict, **options: object) -> set[str]:
    return {source.key for source in assess(case, **options).sources}


@pytest.mark.parametrize("key", ["smith_2015", "x [smith_2015]", "[smith_2015]"])
def test_a_medicine_named_like_a_source_cites_nothing(key: str) -> None:
    # Smith 2015 stands in the perspective only, so without it nothing refers to it.
    parts = ("tacrolimus", "workup")
    assert "smith_2015" in {source.key for source in answer("plain").sources}
    assert keys(TABLE | {"medications": [key]}, include=parts) == keys(
        TABLE | {"medications": ["aspirin"]}, include=parts
    )


def test_a_table_named_like_a_source_cites_nothing(own: Path) -> None:
    edit(own, "rates/ours.toml", 'title = "', 'title = "smith_2015 ')
    for suffix in ("csv", "toml"):
        (own / f"rates/ours.{suffix}").rename(own / f"rates/smith_2015.{suffix}")
    sign(own)
    found = assess(TABLE, include=(), tables=own)
    assert "age_table:smith_2015" in {estimate.route for estimate in found.estimates}
    assert {source.key for source in found.sources} == keys(TABLE, include=()) | {"our_records"}


def test_the_source_of_an_own_table_is_cited(own: Path) -> None:
    found = assess(TABLE, include=(), tables=own)
    assert "our_records" in {source.key for source in found.sources}
    caveats = next(each.caveats for each in found.estimates if each.route == "age_table:ours")
    assert "our_records" in {caveat.source for caveat in caveats}


@pytest.mark.parametrize("name", CASES | REFUSED)
def test_every_remark_has_a_source_that_is_cited(name: str) -> None:
    found = answer(name)
    remarks = [*found.notes, *(caveat for estimate in found.estimates for caveat in estimate.caveats)]
    remarks += [note for section in (found.perspective.sections if found.perspective else ()) for note in section.notes]
    cited = {source.key for source in found.sources}
    assert {remark.source for remark in remarks} <= cited | {OURS, ""}
    for remark in remarks:
        assert not any(f"[{key}]" in remark.text for key in (*sources(), OURS))


def test_what_is_cited_is_what_json_refers_to() -> None:
    """An independent walk over the printed JSON finds the same keys: every `key` of a reference, every `source`."""

    def referred(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(referred, value))
        if not isinstance(value, dict):
            return set()
        own = {value[name] for name in ("key", "source") if isinstance(value.get(name), str)}
        return own | referred(list(value.values()))

    for name in ("fullest", "plain", "per_retrieval"):
        data = answer(name).model_dump(mode="json")
        cited = {source["key"] for source in data.pop("sources")}
        assert cited == referred(data) & set(sources()) | {"eshre_rif_2023"}


def references(value: object) -> Iterator[SourceReference]:
    """All references below what a reader gives, as they come."""
    if isinstance(value, SourceReference):
        yield value
        return
    parts: list[object] = list(value) if isinstance(value, tuple | list) else []
    if isinstance(value, Mapping):
        parts = list(value.values())
    elif isinstance(value, Record):
        parts = [part for _, part in value]
    elif is_dataclass(value):
        parts = [getattr(value, field.name) for field in fields(value)]
    for part in parts:
        yield from references(part)


def changed(name: str, text: str) -> Folder:
    return Folder(shipped().root, {**shipped().texts, name: text}, shipped().digests)


def read(name: str, folder: Folder) -> list[SourceReference]:
    return [reference for reader in readers_of(name) for reference in references(reader(folder))]


def located(name: str, before: str) -> str:
    """A table whose locators all have other words before their own."""
    text = shipped().text(name)
    if name.endswith(".toml"):
        return re.sub(r'\blocator = "', f'locator = "{before}', text)
    head, *rows = csv.reader(io.StringIO(text))
    at, out = head.index("locator"), io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [head, *([*row[:at], before + row[at], *row[at + 1 :]] for row in rows)]
    )
    return out.getvalue()


@pytest.mark.parametrize("name", [name for name in shipped().names("") if "locator" in shipped().text(name)])
def test_a_locator_cites_nothing_whatever_it_names(name: str) -> None:
    before, after = (
        read(name, shipped()),
        read(name, changed(name, located(name, "smith_2015 [pirtea_2021] nobody_1999; "))),
    )
    assert before
    assert [each.key for each in after] == [each.key for each in before]
    assert any(each.locator.startswith("smith_2015") for each in after)


def test_a_further_source_is_cited_because_its_column_has_it() -> None:
    name = "evidence/conflicts.csv"
    row = "eshre2024_017 droracle_2026,"
    assert shipped().text(name).count(row) == 1
    for keys in ("eshre2024_017", "eshre2024_017 smith_2015", "eshre2024_017 smith_2015 droracle_2026"):
        found = conflicts(changed(name, shipped().text(name).replace(row, f"{keys},")))
        cut_off = next(each for each in found if each.id == "cut_off")
        cited = (cut_off.source, *cut_off.further_sources)
        assert [each.key for each in cited] == keys.split()
        assert {each.locator for each in cited} == {"abstract; the AI-written article, patient selection"}
        assert [each.read for each in cited] == [sources()[key].read for key in keys.split()]


def listed() -> Iterator[tuple[str, list[str]]]:
    """Every locator of the rows and rules of the shipped tables, and the keys that stand beside it."""

    def below(value: object) -> Iterator[tuple[str, list[str]]]:
        if isinstance(value, dict) and isinstance(source := value.get("source"), dict):
            yield source["locator"], [source["key"], *value.get("further_sources", ())]
        if isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                yield from below(each)

    for name in shipped().names("pathways/", ".toml"):
        yield from below(shipped().toml(name))
    for name in shipped().names("", ".csv"):
        for _, row in shipped().rows(name):
            if "locator" in row:
                yield row["locator"], row["source_keys"].split()


def test_locators_are_words_and_the_columns_have_the_keys() -> None:
    """What people read names no key; the columns still have as many further ones as when locators named them."""
    found = list(listed())
    assert [locator for locator, _ in found if re.search(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", locator)] == []
    assert sum(len(further) for _, (_, *further) in found) == 422
