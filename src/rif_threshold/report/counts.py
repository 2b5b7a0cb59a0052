"""A percentage as a count of 100 in words, never rounded onto the line it is compared with, nor to none or all."""

from dataclasses import dataclass
from decimal import Decimal

from rif_threshold.report.shapes import of_100
from rif_threshold.report.words import Words
from rif_threshold.wording import exact_words, same_side, shown_percent

_OPPOSITE = {
    "just_over": "just_under",
    "just_under": "just_over",
    "fewer_than": "more_than",
    "more_than": "fewer_than",
    "about": "about",
}


@dataclass(frozen=True)
class Counts:
    """Counts of 100 in one language, beside one line in percent."""

    words: Words
    line: float

    def of(self, percent: float, *, bare: bool = False) -> str:
        """``about 70``, or ``70`` where bare; ``just over 60``, ``more than 99``."""
        return self._said(self._key(percent), of_100(percent)[0], self.line, bare=bare)

    def left(self, percent: float, *, bare: bool = False) -> str:
        """The same for those who are left: ``about 30``."""
        return self._said(_OPPOSITE[self._key(percent)], of_100(percent)[1], 100 - self.line, bare=bare)

    def is_whole(self, percent: float) -> bool:
        """Whether the count is a number and nothing more."""
        return self._key(percent) == "about"

    def cells(self, percent: float) -> tuple[str, str]:
        """Both as the cells of a table: ``70`` and ``30``; ``60.3`` and ``39.7``; ``<1`` and ``>99``."""
        key = self._key(percent)
        first, rest = (self.words.number(str(count)) for count in of_100(percent))
        if key == "fewer_than":
            return self.words("cell_fewer", number=first), self.words("cell_more", number=rest)
        if key == "more_than":
            return self.words("cell_more", number=first), self.words("cell_fewer", number=rest)
        if key == "about":
            return first, rest
        shown = shown_percent(percent, self.line)
        return self.words.number(shown), self.words.number(exact_words(100 - Decimal(shown)))

    def _key(self, percent: float) -> str:
        if percent < 1:
            return "fewer_than"
        if percent > 99:
            return "more_than"
        if not same_side(of_100(percent)[0], percent, self.line):
            return "just_over" if percent > self.line else "just_under"
        return "about"

    def _said(self, key: str, whole: int, line: float, *, bare: bool) -> str:
        number = self.words.number(exact_words(line) if key.startswith("just") else str(whole))
        return number if bare and key == "about" else self.words(key, number=number)
