"""The problems of a register's rows in words, and what must be said of a file. No value of a file is told."""

import re
from collections.abc import Callable, Iterator

import ibis.expr.types as ir

from rif_threshold.errors import MORE, Problem
from rif_threshold.register.mapping import Mapping

SAID = {
    "ragged": "the row has more or fewer cells than there are headings",
    "missing": "nothing stands there, and without it the transfer cannot be counted",
    "not_in_list": "the text is none that the mapping names; name it there, in words or missing",
    "no_rule": "no rule of the mapping fits this row",
    "tested_only": "it says that the embryo was tested and not what was found; tested_means in the mapping can say it",
    "decimal_sign": "the number has the other decimal sign than the mapping says",
    "form": "the text is not written as this needs it",
    "date_form": "there is no such day in the one order that the mapping names",
    "future": "the day lies after today, so that it cannot have been: look at the year, and at the clock here",
    "range": "the value is not possible",
    "age_range": "the age is not one at which oocytes are retrieved for this",
    "no_transfer": "no embryo was placed, so this is no transfer; keep in the mapping can leave such rows out",
    "same_time": "the patient has another transfer at the same time; rows = embryo in the mapping collapses embryos",
    "same_row": "the row stands twice in the file, with the same in everything that is read: remove one of the two",
    "not_last": "a result can only be awaited for a patient's last transfer",
    "age_change": "the age changes by more years than can have passed; ages_may_fall in the mapping allows it",
    "two_in_one": "the rows of one transfer say different things",
}
"""What is said of each code. A code never changes its meaning."""

SAMPLE = 1000
"""Of how many rows the identifiers are looked at."""
_ADVICE = "Only a pseudonym is needed, for grouping: replace them before you go on."
_NAME = re.compile(r"[^\W\d_]{2,}(?:[ ,.'’-]+[^\W\d_]+)*[.,]?")
_LETTERS = re.compile(r"[A-Z0-9]{1,4}")
_NATIONAL = re.compile(r"(?:[0-9][ /.-]?){10,13}")


def told(problem: str, row: int, mapping: Mapping) -> Iterator[Problem]:
    """The problems of one row, each with the columns that the field is read from."""
    fields = dict(mapping.fields())
    for each in problem.split(";"):
        code, _, name = each.partition(":")
        columns = ", ".join(dict.fromkeys(fields[name].columns())) if name in fields else ""
        where = f" (column {columns})" if columns else ""
        yield Problem(f"row.{row}.{name}", "", f"{SAID[code]}{where}", code)


def problems(rows: ir.Table, mapping: Mapping, most: int) -> tuple[Problem, ...]:
    """The problems of the first rows that have any, in the order of the file, and how many rows more have some."""
    bad = rows.filter(rows["problem"].notnull())
    first = bad.select("row", "problem").order_by("row", "problem").limit(most).to_pyarrow().to_pylist()
    found = [problem for each in first for problem in told(each["problem"], each["row"], mapping)]
    if len(first) == most and (more := bad.count().to_pyarrow().as_py() - most):
        said = f"and {more:,} more {'row' if more == 1 else 'rows'} with problems, not shown"
        found.append(Problem("row", "", said, MORE))
    return tuple(found)


def warnings(mapping: Mapping) -> Iterator[str]:
    """What must be said of the file beside every result."""
    if mapping.untried:
        yield f"The mapping ({mapping.title}) was never tried on real rows. Check what it makes of yours."
    if mapping.tested_means:
        yield f"An embryo that was tested is taken as {mapping.tested_means}, because the mapping says so."


def people(rows: ir.Table, mapping: Mapping) -> Iterator[str]:
    """What must be said where the pseudonyms look as if people could be known by them."""
    if mapping.patient:
        sample = rows.select("patient").limit(SAMPLE).to_pyarrow()["patient"].to_pylist()
        yield from of_identifiers([each for each in sample if each], "the patient column")


def of_identifiers(texts: list[str], where: str) -> Iterator[str]:
    """What must be said of a column that looks as if people could be known by it. No text of it is told."""
    if _most(texts, lambda each: _NAME.fullmatch(each) and not _LETTERS.fullmatch(each)):
        yield f"What stands in {where} looks like names. {_ADVICE}"
    if _most(texts, _NATIONAL.fullmatch):
        yield f"What stands in {where} looks like national numbers, which hold a date of birth. {_ADVICE}"


def _most(patients: list[str], looks: Callable[[str], object]) -> bool:
    return 2 * sum(map(bool, map(looks, patients))) > len(patients)
