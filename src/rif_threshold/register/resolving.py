"""A mapping held against the columns that a file has: what is missing, what is not read, what is numbered."""

from collections.abc import Iterator
from functools import reduce
from operator import or_

import ibis

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.messages import did_you_mean
from rif_threshold.register.loading import Raw
from rif_threshold.register.mapping import ANY, NUMBERED, Mapping, numbered_columns


def resolve(mapping: Mapping, heading: tuple[str, ...]) -> tuple[Mapping, tuple[str, ...]]:
    """The mapping less what is optional and not there, and the columns of the file that it does not name.

    Raises:
        InvalidInput: with every column that is missing.
    """
    mapping = _summed(mapping, heading)
    lacks = {column: missing for column in mapping.columns() if (missing := _lacking(column, mapping, heading))}
    absent = [
        name
        for name, field in mapping.fields()
        if field.optional and any(column in lacks for column in field.columns())
    ]
    found = mapping.model_copy(update=dict.fromkeys(absent))
    problems = [problem for column in found.columns() for problem in lacks.get(column, ())]
    problems += _time(mapping, found)
    if problems:
        raise InvalidInput(problems)
    read = {name for column in found.columns() for name in _meant(column, heading)}
    return found, tuple(name for name in heading if name and name not in read)


def _summed(mapping: Mapping, heading: tuple[str, ...]) -> Mapping:
    """The mapping with every column of a sum by its name; one that nothing fits stays as it is, and is missing."""
    if mapping.embryos is None or not mapping.embryos.sum:
        return mapping
    fits = {
        each: [name for name in heading if ANY in each and name.startswith(each.partition(ANY)[0])]
        for each in mapping.embryos.sum
    }
    columns = tuple(name for each, names in fits.items() for name in (names or [each]))
    return mapping.model_copy(update={"embryos": mapping.embryos.model_copy(update={"sum": columns})})


def _time(mapping: Mapping, found: Mapping) -> Iterator[Problem]:
    """Of a date and an order that are both optional, one must be there, and not both."""
    if mapping.date and mapping.order and bool(found.date) == bool(found.order):
        allowed = f"one of the columns {mapping.date.column} and {mapping.order.column} is needed"
        yield Problem("date, order", "", allowed if not found.date else f"{allowed}, and not both", "missing_column")


def _meant(column: str, heading: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(numbered_columns(column, heading).values()) if NUMBERED in column else (column,)


def _numbers(mapping: Mapping, heading: tuple[str, ...]) -> tuple[int, ...]:
    """The numbers of the numbered columns that a file has."""
    patterns = [column for column in mapping.columns() if NUMBERED in column]
    return tuple(sorted({number for pattern in patterns for number in numbered_columns(pattern, heading)}))


def _lacking(column: str, mapping: Mapping, heading: tuple[str, ...]) -> tuple[Problem, ...]:
    """What a file lacks of a column; of a numbered one, every number that another has."""
    numbers = _numbers(mapping, heading) or (1,) if NUMBERED in column else (1,)
    wanted = dict.fromkeys(column.replace(NUMBERED, str(n)) for n in numbers)
    return tuple(
        Problem("FILE", "", f"the column {name} is missing", "missing_column", hint=did_you_mean(name, heading))
        for name in wanted
        if name not in heading
    )


def unfolded(raw: Raw, mapping: Mapping) -> Raw:
    """One row for each numbered transfer of a row, those without any text left out; as it is where none is numbered."""
    if mapping.rows != "cycle":
        return raw
    numbers = _numbers(mapping, raw.heading)
    patterns = [column for column in mapping.columns() if NUMBERED in column]
    table = raw.table if "row" in raw.table.columns else raw.table.mutate(row=ibis.row_number() + 1)
    crossed = table.mutate(number=ibis.array([ibis.literal(n, "int64") for n in numbers]).unnest())
    one = raw._replace(table=crossed)
    texts = {
        f"c{len(raw.heading) + place}": crossed["number"].cases(
            *((n, one.text(pattern.replace(NUMBERED, str(n)))) for n in numbers), else_=""
        )
        for place, pattern in enumerate(patterns)
    }
    table = crossed.mutate(**texts)
    stands = reduce(or_, (table[name].fill_null("").strip() != "" for name in texts))
    return raw._replace(table=table.filter(stands), heading=(*raw.heading, *patterns))
