"""The fields of a transfer, read from a file's texts as its mapping says: each packed into one number."""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from rif_threshold.method import method
from rif_threshold.register import mapping as m
from rif_threshold.register.values import (
    NOTHING,
    Packed,
    Text,
    age,
    age_of_years,
    day_number,
    days,
    number_of_day,
    percent,
    trimmed,
    whole,
    within,
    words,
    years_between,
)

_NEEDED = ("ploidy", "result")


def patient(mapping: m.Mapping, text: Text) -> ir.StringValue:
    """The pseudonym, empty where it is missing; null where the mapping has none."""
    if mapping.patient is None:
        return ibis.null("string")
    cell = text(mapping.patient.column)
    around = cell.startswith(" ") | cell.endswith(" ") | cell.isnull()
    name = ibis.ifelse(around, trimmed(cell), cell)
    return ibis.ifelse(name.isin(mapping.patient.missing), "", name)


def packed_fields(mapping: m.Mapping, text: Text, today: date, *, typed: bool) -> dict[str, Packed]:
    """What is read of every transfer but the patient, by the field's name. No day lies after today."""
    closed = {name: getattr(mapping, name) for name in m.CLOSED}
    fields = {name: _word(name, field, text) for name, field in closed.items() if field is not None}
    if mapping.oocyte_age_years:
        fields["oocyte_age_years"] = _age(mapping.oocyte_age_years, mapping.decimal, text, today, typed=typed)
    if mapping.rows == "embryo":
        fields["embryos"] = Packed(ibis.literal(1, "int64"))
    elif mapping.embryos:
        fields["embryos"] = _embryos(mapping.embryos, mapping.decimal, text)
    if cell := mapping.live_birth_percent:
        fields["live_birth_percent"] = percent(text(cell.column), cell.missing, mapping.decimal)
    if mapping.date:
        cell = mapping.date
        fields["date"] = day_number(text(cell.column), cell.missing, cell.order, today, typed=typed)
    elif mapping.order:
        fields["order"] = whole(text(mapping.order.column), mapping.order.missing, mapping.decimal, needed=True)
    if mapping.ploidy.columns() and not mapping.tested_means:
        fields["ploidy"] = _result_known(fields["ploidy"])
    if any(m.ANY not in each.leave_out for each in mapping.keep):
        fields["keep"] = _kept(mapping, text)
    return {name: fields[name] for name in (*m.FIELDS, "keep") if name in fields}


def _age(field: m.Age, decimal: str, text: Text, today: date, *, typed: bool) -> Packed:
    if field.column:
        value, codes = age(text(field.column), field.missing, decimal)
    else:
        value, codes = _age_of_dates(field, text, today, typed=typed)
    return Packed(ibis.ifelse(within(field.known_when, text), value, NOTHING) if field.known_when else value, codes)


def _age_of_dates(field: m.Age, text: Text, today: date, *, typed: bool) -> Packed:
    cells = [text(column or "") for column in (field.born, field.retrieved)]
    dates = [days(cell, field.order, typed=typed) for cell in cells]
    missing = reduce(or_, (trimmed(cell).isin(field.missing) for cell in cells))
    unread = reduce(or_, (each.isnull() for each in dates))
    future = reduce(or_, (each > number_of_day(today) for each in dates))
    years = age_of_years(years_between(*dates), -2)
    codes = ("date_form", "age_range", "future")
    return Packed(ibis.cases((missing, NOTHING), (unread, -1), (future, -len(codes)), else_=years), codes)


def _embryos(field: m.Number, decimal: str, text: Text) -> Packed:
    """How many were placed; null where it is not known, also where every part of a sum is."""
    if field.constant is not None:
        return Packed(ibis.literal(field.constant, "int64"))
    most = method().most_embryos
    read = [whole(text(column), field.missing, decimal) for column in (field.sum or (field.column or "",))]
    if field.column:
        number, wrong = read[0].value, read[0].value
    else:
        unknown = reduce(and_, (part.value.isnull() for part in read))
        total = sum((part.value.fill_null(0) for part in read), ibis.literal(0, "int64"))
        wrong = ibis.least(*(part.value.fill_null(0) for part in read), ibis.literal(0, "int64"))
        number = ibis.ifelse(unknown, NOTHING, ibis.ifelse(wrong < 0, wrong, total))
    value = ibis.cases((number > most, -4), (number == 0, -5), else_=number)
    return Packed(value, ("decimal_sign", "form", "missing", "range", "no_transfer"))


def _word(name: str, field: m.Words[Any], text: Text) -> Packed:
    """A word by its column, by the first rule that fits, or always the same."""
    places: dict[str, ir.Value] = {m.Flag.NOT_KNOWN: NOTHING}
    places |= {word: ibis.literal(place, "int64") for place, word in enumerate(m.CLOSED[name])}
    if field.constant is not None:
        return Packed(places[field.constant])
    if field.rules:
        rules = [(within(rule.when, text), places[rule.then]) for rule in field.rules]
        return Packed(ibis.cases(*rules, else_=ibis.literal(-1, "int64")), ("no_rule",))
    own = {str(word): word for word in m.CLOSED[name] if word != m.Tested.TESTED}
    known = {written: places[word] for written, word in (field.words or own).items()}
    return words(text(field.column or ""), field.missing, known, needed=name in _NEEDED)


def _result_known(read: Packed) -> Packed:
    """Tested without a result is nothing, unless the mapping says what it means."""
    tested = m.CLOSED["ploidy"].index(m.Tested.TESTED)
    codes = (*read.codes, "tested_only")
    return Packed(ibis.ifelse(read.value == tested, -len(codes), read.value), codes)


def _kept(mapping: m.Mapping, text: Text) -> Packed:
    """A text that decides whether a row counts, and that the mapping does not name."""
    named = [each for each in mapping.keep if m.ANY not in each.leave_out]
    unknown = [~trimmed(text(each.column)).isin([*each.keep, *each.leave_out]) for each in named]
    return Packed(ibis.ifelse(reduce(or_, unknown), ibis.literal(-1, "int64"), 0), ("not_in_list",))


def left_out(mapping: m.Mapping, text: Text) -> Iterator[tuple[str, str, ir.BooleanValue]]:
    """The rows that the mapping leaves out: column, text, and whether a row has it; the first that fits decides.

    The text is the mapping's own, never one of the file.
    """
    for each in mapping.keep:
        for word in each.leave_out:
            cell = trimmed(text(each.column))
            yield each.column, word, ~cell.isin(each.keep) if word == m.ANY else cell == word
