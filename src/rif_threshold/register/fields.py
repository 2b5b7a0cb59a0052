"""The fields of a transfer, read from a file's texts as its mapping says."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir

from rif_threshold.method import method
from rif_threshold.register import mapping as m
from rif_threshold.register.values import (
    Read,
    Text,
    age,
    day_number,
    percent,
    true_of,
    whole,
    within,
    words,
    years_between,
)
from rif_threshold.vocabulary import Denominator, Ploidy, Stage, TransferResult

_NO_NUMBER, _NO_WORD = ibis.null("int64"), ibis.null("string")
_FLAGS = {str(m.Flag.YES): 1, str(m.Flag.NO): 0}


def read_fields(mapping: m.Mapping, text: Text, *, typed: bool) -> dict[str, Read]:
    """What is read of every transfer, by the field's name; those that the mapping does not name are there as well."""
    return {
        "patient": _patient(mapping, text),
        **_time(mapping, text, typed=typed),
        "oocyte_age_years": _age(mapping, text, typed=typed),
        "ploidy": _ploidy(mapping, text),
        "embryos": _embryos(mapping, text),
        "stage": _word(mapping.stage, Stage, text) if mapping.stage else Read({"stage": _NO_WORD}),
        "result": _needed("result", mapping.result, TransferResult, text),
        **_prediction(mapping, text),
        **{name: _flag(name, getattr(mapping, name), text) for name in mapping.flags},
        **dict(_kept(mapping, text)),
    }


def _named(name: str, read: Read) -> Read:
    return Read({name: read.value}, read.faults)


def _patient(mapping: m.Mapping, text: Text) -> Read:
    if mapping.patient is None:
        return Read({"patient": _NO_WORD})
    written = text(mapping.patient.column)
    missing = written.isin(mapping.patient.missing)
    return Read({"patient": ibis.ifelse(missing, "", written)}, {"missing": missing})


def _time(mapping: m.Mapping, text: Text, *, typed: bool) -> dict[str, Read]:
    """When a transfer was, as a number that sorts a patient's: a day, or a place in an order."""
    if mapping.date:
        cell, name = mapping.date, "date"
        written = text(cell.column)
        read = day_number(written, cell.missing, cell.order, typed=typed)
    elif mapping.order:
        cell, name = mapping.order, "order"
        written = text(cell.column)
        read = whole(written, cell.missing, mapping.decimal)
    else:
        return {"date": Read({"at": _NO_NUMBER})}
    return {name: Read({"at": read.value}, {"missing": written.isin(cell.missing), **read.faults})}


def _age(mapping: m.Mapping, text: Text, *, typed: bool) -> Read:
    """The age, and both ends of what it may be; null where it is not known."""
    field = mapping.oocyte_age_years
    if field is None:
        return Read({"age": _NO_NUMBER, "age_low": _NO_NUMBER, "age_high": _NO_NUMBER})
    if field.column:
        read = age(text(field.column), field.missing, mapping.decimal)
        assert isinstance(read.value, dict)  # noqa: S101 - both ends
        ends, faults = read.value, dict(read.faults)
    else:
        ends, faults = _age_of_dates(field, text, typed=typed)
    if field.known_when:
        known = within(field.known_when, text)
        ends = {name: ibis.ifelse(known, end, _NO_NUMBER) for name, end in ends.items()}
        faults = {code: known & fault for code, fault in faults.items()}
    same = ends["age_low"] == ends["age_high"]
    return Read({"age": ibis.ifelse(same, ends["age_low"], _NO_NUMBER), **ends}, faults)


def _age_of_dates(field: m.Age, text: Text, *, typed: bool) -> tuple[dict[str, ir.Value], dict[str, ir.BooleanValue]]:
    dates = [
        day_number(text(column or ""), field.missing, field.order, typed=typed, birth=column == field.born)
        for column in (field.born, field.retrieved)
    ]
    years = years_between(*(each.value for each in dates))
    known = method().oocyte_age
    possible = years.between(known.minimum_years, known.maximum_years)
    years = ibis.ifelse(possible, years, _NO_NUMBER)
    faults = {code: reduce(or_, (each.faults[code] for each in dates)) for code in ("date_form", "range")}
    return {"age_low": years, "age_high": years}, faults | {"age_range": true_of(~possible)}


def _embryos(mapping: m.Mapping, text: Text) -> Read:
    """How many were placed; null where it is not known, also where every part of a sum is."""
    field = mapping.embryos
    if field is None:
        return Read({"embryos": ibis.literal(1, "int64") if mapping.rows == "embryo" else _NO_NUMBER})
    if field.constant is not None:
        return Read({"embryos": ibis.literal(field.constant, "int64")})
    parts = [whole(text(column), field.missing, mapping.decimal) for column in (field.sum or (field.column or "",))]
    faults = {code: reduce(or_, (part.faults[code] for part in parts)) for code in parts[0].faults}
    unknown = reduce(and_, (part.value.isnull() for part in parts)) | reduce(or_, faults.values())
    number = ibis.ifelse(
        unknown, _NO_NUMBER, sum((part.value.fill_null(0) for part in parts), ibis.literal(0, "int64"))
    )
    possible = number.between(1, method().most_embryos)
    none = true_of(number == 0)
    faults |= {"no_transfer": none, "range": true_of(~possible) & ~none}
    return Read({"embryos": ibis.ifelse(possible, number, _NO_NUMBER)}, faults)


def _word(field: m.Words[StrEnum], known: type[StrEnum], text: Text) -> Read:
    """A word by its column, by the first rule that fits, or always the same."""
    if field.constant is not None:
        return Read(ibis.literal(str(field.constant)))
    if field.rules:
        rules = [(within(rule.when, text), str(rule.then)) for rule in field.rules]
        value = ibis.cases(*rules, else_=_NO_WORD)
        return Read(value, {"no_rule": value.isnull()})
    named = field.words if field.words is not None else {str(word): word for word in known}
    return words(text(field.column or ""), field.missing, named)


def _needed(name: str, field: m.Words[StrEnum], known: type[StrEnum], text: Text) -> Read:
    """A word without which a transfer says nothing."""
    read = _word(field, known, text)
    faults = {"missing": text(field.column).isin(field.missing)} if field.column else {}
    return Read({name: read.value}, faults | read.faults)


def _ploidy(mapping: m.Mapping, text: Text) -> Read:
    """What was known of the chromosomes. Tested without a result is only what the mapping says that it means."""
    read = _needed("ploidy", mapping.ploidy, Ploidy if mapping.ploidy.words is None else m.Tested, text)
    assert isinstance(read.value, dict)  # noqa: S101 - by its name
    value = read.value["ploidy"]
    tested = true_of(value == str(m.Tested.TESTED))
    if mapping.tested_means:
        return Read({"ploidy": ibis.ifelse(tested, str(mapping.tested_means), value)}, read.faults)
    return Read({"ploidy": ibis.ifelse(tested, _NO_WORD, value)}, {**read.faults, "tested_only": tested})


def _prediction(mapping: m.Mapping, text: Text) -> dict[str, Read]:
    """A predicted chance of live birth, and what it is per; one without the other is a problem."""
    if mapping.live_birth_percent is None or mapping.live_birth_per is None:
        return {"live_birth_percent": Read({"live_birth_percent": ibis.null("float64"), "live_birth_per": _NO_WORD})}
    cell = mapping.live_birth_percent
    chance = percent(text(cell.column), cell.missing, mapping.decimal)
    per = _word(mapping.live_birth_per, Denominator, text)
    lacks = chance.value.notnull() & per.value.isnull()
    return {
        "live_birth_percent": _named("live_birth_percent", chance),
        "live_birth_per": Read({"live_birth_per": per.value}, {"missing": lacks, **per.faults}),
    }


def _flag(name: str, field: m.Words[StrEnum], text: Text) -> Read:
    """An outcome that has a column of its own: 1, 0, or null where it is not known."""
    read = _word(field, m.Flag, text)
    return Read({name: read.value.cases(*_FLAGS.items(), else_=_NO_NUMBER).cast("int64")}, read.faults)


def _kept(mapping: m.Mapping, text: Text) -> Iterator[tuple[str, Read]]:
    """A text that decides whether a row counts, and that the mapping does not name."""
    if mapping.keep:
        unknown = [~text(each.column).isin([*each.keep, *each.leave_out]) for each in mapping.keep]
        yield "keep", Read({}, {"not_in_list": reduce(or_, unknown)})


def left_out(mapping: m.Mapping, text: Text) -> Iterator[tuple[str, str, ir.BooleanValue]]:
    """The rows that the mapping leaves out: column, text, and whether a row has it; the first that fits decides."""
    for each in mapping.keep:
        for word in each.leave_out:
            yield each.column, word, text(each.column) == word


Fields = Mapping[str, Read]
