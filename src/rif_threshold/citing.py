"""What a result rests on: the references that it holds, followed to the bibliography."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from rif_threshold.errors import Problem
from rif_threshold.method import method
from rif_threshold.record import Record
from rif_threshold.tables import Folder, Remark, SourceReference, reads, sources


class CitedSource(Record):
    """A source that something in the assessment rests on."""

    key: str
    citation: str
    short: str
    read: str
    note: str


def cited(own: Folder | None, *parts: object) -> Iterator[CitedSource]:
    """The bibliography entries that the parts refer to, in alphabetical order; ``own`` are the clinic's tables."""
    known = {**(_bibliography(own) if own else {}), **_bibliography()}
    for key in sorted({*references(parts), method().threshold_source.key}):
        if source := known.get(key):
            yield source


@reads()
def _bibliography(folder: Folder) -> Mapping[str, CitedSource]:
    """Every source of a folder, as it is cited."""
    return {
        key: CitedSource(
            key=key, citation=source.citation, short=source.short, read=source.read_words, note=source.note
        )
        for key, source in sources(folder).items()
    }


def references(value: object) -> set[str]:
    """The keys that the references and remarks in a value hold. A text cites nothing, whatever it says."""
    found: set[str] = set()
    rest: list[Any] = [value]
    while rest:
        each = rest.pop()
        if isinstance(each, tuple):
            rest += each
            continue
        key, may_cite = _where(type(each))  # type: ignore[arg-type] # mypy does not know that a class has a hash
        if key:
            found.add(getattr(each, key))
        elif may_cite:
            held = each.__dict__
            rest += [part for name in may_cite if (part := held[name])]
    return found


@cache
def _where(kind: type) -> tuple[str, tuple[str, ...]]:
    """The field of a kind of value that is a key, or those that can hold a reference.

    Looking into every text, number and point of a curve is slow. A field holds what its annotation says, so a record
    none of whose fields can hold a reference holds none.
    """
    if issubclass(kind, SourceReference):
        return "key", ()
    if issubclass(kind, Remark | Problem):
        return "source", ()
    fields = kind.model_fields.items() if issubclass(kind, Record) else ()
    return "", tuple(name for name, field in fields if _cites(field.annotation, frozenset()))


def _cites(annotation: Any, within: frozenset[type]) -> bool:
    """Whether what is annotated so can hold a reference; ``within`` are the records around it, some of which nest."""
    if parts := get_args(annotation):
        return any(_cites(part, within) for part in parts)
    if not isinstance(annotation, type) or annotation in within:
        return annotation is Any
    if not issubclass(annotation, Record) or issubclass(annotation, SourceReference | Remark):
        return issubclass(annotation, SourceReference | Remark | Problem)
    return any(_cites(field.annotation, within | {annotation}) for field in annotation.model_fields.values())
