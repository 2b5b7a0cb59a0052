"""What a caller hands over, taken in as plain dictionaries, lists and texts before anything is built from it.

A case may come from JSON, from widgets, from a data frame or from any Python object. Whatever its kind, no more of it
is read than a case can hold, and what it says of its own length is not believed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from numbers import Number, Rational, Real
from typing import Any

from rif_threshold.bounds import LONGEST_TEXT, MOST_ENTRIES
from rif_threshold.errors import Problem
from rif_threshold.forms import NoValue, as_typed, echo, read_text

_MARKERS = {"NAType", "NaTType"}
"""The types of pandas' markers for a missing value, by name: pandas itself is not needed here."""
_BOOLEANS = {"bool", "bool_"}
"""What numpy has called the type of its own true and false."""


def is_missing(given: object) -> bool:
    """Whether a value marks that nothing was given: ``None``, or what data frames hold in an empty cell.

    >>> is_missing(None), is_missing(float("nan")), is_missing(""), is_missing(0)
    (True, True, False, False)
    """
    if isinstance(given, str):
        return False
    if given is None or type(given).__name__ in _MARKERS:
        return True
    if isinstance(given, Decimal):
        return given.is_nan()
    return _is_float(given) and given != given  # noqa: PLR0124 - only what is not a number differs from itself


def as_in_json(given: Any) -> Any:
    """One value as JSON would hold it: whole-valued floats as whole numbers, numpy's texts and truths as Python's.

    A data frame turns a column of whole numbers into floats as soon as one cell is empty. A *text* such as ``"36.0"``
    stays as it was typed; of one that is too long for any field, the beginning is kept with ``…`` behind it.

    >>> as_in_json(36.0), as_in_json(36.5), as_in_json("36.0")
    (36, 36.5, '36.0')
    """
    if isinstance(given, str):
        return str.__str__(given) if len(given) <= LONGEST_TEXT else echo(given)
    if hasattr(given, "dtype") and type(given).__name__ in _BOOLEANS:
        return bool(given)
    if is_missing(given):
        return None
    if _is_float(given) and given.is_integer():
        return int(given)
    return given if isinstance(given, Number) else NoValue(given)


def _is_float(given: Any) -> bool:
    return isinstance(given, Real) and not isinstance(given, Rational) and hasattr(given, "is_integer")


def named(
    given: object, field: str, problems: list[Problem], known: Collection[str] | None = None
) -> dict[str, Any] | None:
    """Read a mapping, a row of a data frame, or whatever else has names and values.

    Args:
        given: what may be one.
        field: where it stands in a case; empty for the case itself.
        problems: what is wrong is added here.
        known: the names it may have; where left out, any short text is a name.

    Returns:
        Names and values, without those that are not given and those that are refused. ``None`` where it has no names
        or too many of them. Values of known names are as they were given: some of them have parts of their own.
    """
    pairs, place = _pairs(given), field or "case"
    read = None if pairs is None else _within_bounds(pairs, place, "names", problems)
    if pairs is not None and read is None:
        return None
    if read is None or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in read):
        problems.append(Problem(place, echo(given), f"named {'fields' if known else 'values'} are needed", "not_named"))
        return None
    found: dict[str, Any] = {}
    for key, value in read:
        name = key if isinstance(key, str) and known else as_typed(key)
        if known and name not in known:
            allowed = "this name is not known; see `rif-threshold schema case`"
            problems.append(Problem(place, echo(key), allowed, "unknown_field"))
        elif isinstance(refused := read_text(name, place), Problem):
            problems.append(refused)
        elif name in found:
            problems.append(Problem(place, echo(name), "each name may stand only once", "given_twice"))
        elif not is_missing(value):
            found[name] = value if known else as_in_json(value)
    return found


def listed(given: object, field: str, problems: list[Problem]) -> list[Any] | None:
    """Read a list, an array, a column of a data frame, or whatever else has entries in order.

    An entry that is missing stays, so that what reads it can say so: it never makes the list shorter.

    Returns:
        The entries. ``None`` where it is no list or too long; what is wrong is added to ``problems``.
    """
    entries = None if isinstance(given, str | bytes | Mapping) else _iterator(given)
    if entries is None:
        problems.append(Problem(field, echo(given), "a list is needed", "not_a_list"))
        return None
    return _within_bounds(entries, field, "entries", problems)


def _within_bounds(many: Iterable[Any], place: str, what: str, problems: list[Problem]) -> list[Any] | None:
    read = list(islice(many, MOST_ENTRIES + 1))
    if len(read) <= MOST_ENTRIES:
        return read
    allowed = f"at most {MOST_ENTRIES} {what} are taken, and no couple needs more"
    problems.append(Problem(place, f"more than {MOST_ENTRIES} {what}", allowed, "count_range", "ours"))
    return None


def _pairs(given: Any) -> Iterator[Any] | None:
    """Names with their values; a whole data frame has columns, which are none."""
    kind = type(given)
    if not (hasattr(kind, "keys") and hasattr(kind, "items")) or getattr(given, "ndim", 1) != 1:
        return None
    return _iterator(given.items())


def _iterator(given: Any) -> Iterator[Any] | None:
    try:
        entries: Iterator[Any] = iter(given)
    except TypeError:  # also an array without dimensions, which has the method all the same
        return None
    return entries
