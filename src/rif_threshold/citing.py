"""What a result rests on: the references that it holds, followed to the bibliography."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from rif_threshold.errors import Problem
from rif_threshold.method import method
from rif_threshold.record import Record
from rif_threshold.tables import Folder, Remark, Source, SourceReference, sources


class CitedSource(Record):
    """A source that something in the assessment rests on."""

    key: str
    citation: str
    short: str
    read: str
    note: str


def cited(own: Folder | None, *parts: object) -> Iterator[CitedSource]:
    """The bibliography entries that the parts refer to, in alphabetical order; ``own`` are the clinic's tables."""
    known: Mapping[str, Source] = {**(sources(own) if own else {}), **sources()}
    for key in sorted({*references(parts), method().threshold_source.key}):
        if source := known.get(key):
            yield _cited_source(key, source)


@cache
def _cited_source(key: str, source: Source) -> CitedSource:
    return CitedSource(key=key, citation=source.citation, short=source.short, read=source.read, note=source.note)


def references(value: object) -> set[str]:
    """The keys that the references and remarks in a value hold. A text cites nothing, whatever it says."""
    found: set[str] = set()
    rest = [value]
    while rest:
        each = rest.pop()
        if isinstance(each, tuple):
            rest += each
        elif isinstance(each, SourceReference):
            found.add(each.key)
        elif isinstance(each, Remark | Problem):
            found.add(each.source)
        elif isinstance(each, Record):
            rest += [each.__dict__[name] for name in _may_cite(type(each))]
    return found


@cache
def _may_cite(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a record that can hold a reference: looking into every text and number of a result is slow."""
    return tuple(name for name, field in kind.model_fields.items() if _cites(field.annotation))


def _cites(annotation: Any) -> bool:
    if parts := get_args(annotation):
        return any(map(_cites, parts))
    return annotation is Any or (isinstance(annotation, type) and issubclass(annotation, Record | Problem))
