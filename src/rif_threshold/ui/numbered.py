"""Sources as numbers, on every page: each page's own, in a fixed order, and so the same on every visit."""

from collections.abc import Iterable, Mapping
from functools import cache

from rif_threshold.citing import references
from rif_threshold.pathway import entries
from rif_threshold.tables import OURS, Source, SourceReference, sources
from rif_threshold.ui.markdown import escaped
from rif_threshold.vocabulary import Part

_OWN = "own"
"""The key of the entry in the bibliography that says what is ours: beside what it stands for, it is no source."""
OUR_READING = "our own reading"
"""What stands in the place of a number where no source says it."""


@cache
def keys_of(part: Part) -> tuple[str, ...]:
    """The keys of every source that a part's tables name, in the order in which they name them."""
    named = (key for entry in entries(part) for key in (entry.source.key, *sorted(references(entry))))
    return tuple(key for key in dict.fromkeys(named) if key != _OWN)


class Numbered:
    """The sources of one page while it is drawn: it numbers them, and knows which were named."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Of the sources with these keys, in their order; our own reading has no number."""
        numbered = (key for key in dict.fromkeys(keys) if key != OURS)
        self._numbers = {key: number for number, key in enumerate(numbered, start=1)}
        self._named: set[str] = set()

    def key(self, *keys: str) -> str:
        """The numbers of sources by their keys, in brackets: ``[1, 4]``."""
        known = [key for key in dict.fromkeys(keys) if key in self._numbers]
        self._named.update(known)
        return f"\\[{', '.join(str(self._numbers[key]) for key in known)}\\]" if known else f"({OUR_READING})"

    def number(self, *listed: SourceReference) -> str:
        """The numbers of the sources that something refers to, in brackets."""
        return self.key(*(each.key for each in listed))

    def where(self, *listed: SourceReference) -> str:
        """The same, with the place, which is one for them all."""
        bracket, place = self.number(*listed), escaped(listed[0].locator)
        end = "\\]" if bracket.endswith("\\]") else ")"
        return f"{bracket.removesuffix(end)}: {place}{end}"

    def listed(self, places: Mapping[str, Iterable[str]] | None = None) -> str:
        """Those that were named so far, by number; with the places in them, where these are given."""
        lines = []
        for key in sorted(self._named, key=self._numbers.__getitem__):
            at = "; ".join(dict.fromkeys((places or {}).get(key, ())))
            lines.append(f":small[{self.key(key)} {escaped(told(sources()[key]))}{escaped(f': {at}') if at else ''}]")
        return "  \n".join(lines)


def told(source: Source) -> str:
    """A source in one short line, without an address that a click would open on another host."""
    named = source.short if source.doi else ", ".join(filter(None, (source.who, source.title, source.year)))
    return f"{named} (read: {source.read})"
