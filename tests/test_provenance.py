"""What is cited is what is referred to. A text cites nothing, whatever it says."""

from pathlib import Path

import pytest

from report_cases import CASES, REFUSED, answer
from rif_threshold import assess
from rif_threshold.tables import OURS, sources
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
