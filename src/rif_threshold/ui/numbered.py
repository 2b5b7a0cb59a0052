"""Sources as numbers: each page's own, in the order in which its tables name them, and so the same on every visit."""

import re
from collections.abc import Mapping
from functools import cache

from rif_threshold.citing import references
from rif_threshold.pathway import entries
from rif_threshold.tables import Source, SourceReference, sources
from rif_threshold.ui.markdown import escaped
from rif_threshold.vocabulary import Part

_OURS = "own"
"""The key of what is our own reading. It has no number."""
_KEY = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


@cache
def _numbers() -> Mapping[Part, Mapping[str, int]]:
    """The number of every source that a part's tables name."""
    found = {}
    for part in (Part.WORKUP, Part.TACROLIMUS):
        keys = dict.fromkeys(
            key for entry in entries(part) for key in (entry.source.key, *sorted(references(entry))) if key != _OURS
        )
        found[part] = {key: number for number, key in enumerate(keys, start=1)}
    return found


class Numbered:
    """The sources of one page while it is drawn: it numbers them, and knows which were named."""

    def __init__(self, part: Part) -> None:
        """Of a part: the work-up or the tacrolimus step."""
        self._numbers = _numbers()[part]
        self._named: set[str] = set()

    def where(self, source: SourceReference) -> str:
        """A source in brackets: its number, and the place in it."""
        place = self.words(source.locator)
        return f"(ours: {place})" if source.key == _OURS else f"{escaped(self._bracket(source.key)[:-1])}: {place}\\]"

    def number(self, source: SourceReference) -> str:
        """Its number alone, in brackets."""
        return "(ours)" if source.key == _OURS else escaped(self._bracket(source.key))

    def words(self, text: str) -> str:
        """Text in which sources are named by their keys, with their numbers instead; nothing in it is markup."""
        return escaped(_KEY.sub(lambda found: self._bracket(found.group()), text))

    def _bracket(self, key: str) -> str:
        if key not in self._numbers:
            return key
        self._named.add(key)
        return f"[{self._numbers[key]}]"

    def listed(self) -> str:
        """Those that were named so far, by number."""
        named = sorted(self._named, key=self._numbers.__getitem__)
        lines = [f":small[\\[{self._numbers[key]}\\] {escaped(_told(sources()[key]))}]" for key in named]
        return "## Sources\n\n" + "  \n".join(lines)


def _told(source: Source) -> str:
    """A source in one short line, without an address that a click would open on another host."""
    told = source.short if source.doi else ", ".join(filter(None, (source.who, source.title, source.year)))
    return f"{told} (read: {source.read})"
