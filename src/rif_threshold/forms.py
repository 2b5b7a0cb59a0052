"""The form of a typed number, checked before anything parses it.

A number is read only when it is written plainly. Exponents, signs, decimal commas, other scripts' digits and
overlong digits are refused by name, so that nothing is read as something else and nothing can hang the parser.
"""

import json
import re
from collections import Counter
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from numbers import Integral, Number, Rational, Real
from typing import Any

from rif_threshold.bounds import LONGEST_CASE_FILE, LONGEST_TEXT
from rif_threshold.errors import InvalidInput, Problem

_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_COUNT = re.compile(r"[0-9]{1,7}")
_BLANKS = " \t\r\n"


class NoValue:
    """Stands for what can be the value of no field, such as a list where a number belongs. It may be of any size."""

    def __init__(self, given: object) -> None:
        self.kind = type(given).__name__


def as_typed(given: object) -> str:
    """Return a value as the text a person would have typed for it.

    A float is written with its shortest decimal form, so ``23.8`` means 23.8 and not its binary neighbour. What nobody
    could have typed into one field is told by its kind, not spelt out: it may be large.

    >>> as_typed(23.8), as_typed(" 36 "), as_typed(None), as_typed([36]), as_typed(0.00001)
    ('23.8', '36', '', 'a list', '0.00001')
    """
    if isinstance(given, str):  # first, because most values are texts, and asking for an abstract kind takes long
        return str(given).strip(_BLANKS)
    if given is None or isinstance(given, bool):
        return "" if given is None else str(given).lower()
    if isinstance(given, Integral):
        number = int(given)
        return str(number) if number.bit_length() <= LONGEST_TEXT else "a number of over 30 digits"
    if isinstance(given, Real) and hasattr(given, "hex"):
        return _written_out(repr(float(given)))
    if isinstance(given, Number) and not isinstance(given, Rational):
        return _written_out(str(given).strip(_BLANKS))
    return f"a {given.kind if isinstance(given, NoValue) else type(given).__name__}"


def echo(given: object) -> str:
    """Return what was typed, short enough to repeat in a message."""
    text = as_typed(given)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _written_out(number: str) -> str:
    """A number of a program as a person writes it: a small one has no exponent, which nobody typed."""
    if "e-" not in number.lower():
        return number
    with suppress(InvalidOperation):
        exact = Decimal(number)
        if exact.adjusted() > -LONGEST_TEXT:
            return f"{exact:f}"
    return number


# What is wrong with the form of a number, the first that fits: pattern, code, sentence.
_FAULTS = (
    (re.compile(r""), "missing", "nothing was given"),
    (re.compile(r"[0-9]+,[0-9]+"), "decimal_comma", "it has a decimal comma; write a point"),
    (re.compile(r".*%"), "percent_sign", "leave out the % sign"),
    (re.compile(r"[-−–].*"), "negative", "it must not be negative"),
    (re.compile(r"\+?[0-9.]+[eE][+-]?[0-9]+"), "exponent", "write it out, without an exponent"),
    (re.compile(r"[0-9]{4,}(\.[0-9]*)?|[0-9]+\.[0-9]{7,}"), "too_long", "it has too many digits"),
    (re.compile(r"(?=.*[^\x00-\x7f])[\d.,]+"), "digits", "use the digits 0 to 9"),
    (re.compile(r".*", re.DOTALL), "form", "this is not a plainly written number"),
)


def _why_not(text: str) -> tuple[str, str]:
    """Name what is wrong with the form of a number: a code and a sentence. Its beginning says enough."""
    start = text[:LONGEST_TEXT]
    return next((code, why) for pattern, code, why in _FAULTS if pattern.fullmatch(start))


def read_percent(given: object, field: str) -> Decimal | Problem:
    """Read a percentage between 0 and 100, both excluded, with at most six decimals.

    Returns the exact decimal, or the `Problem` that says what is wrong. Never raises.

    >>> read_percent("23.8", "live_birth_percent")
    Decimal('23.8')
    >>> read_percent("23,8", "live_birth_percent").allowed
    'a percentage such as 23.8 is needed; it has a decimal comma; write a point'
    """
    text = as_typed(given)
    if isinstance(given, bool) or not _PERCENT.fullmatch(text):
        code, why = _why_not(text)
        return Problem(field, echo(given), f"a percentage such as 23.8 is needed; {why}", code)
    number = Decimal(text)
    if not 0 < number < 100:
        return Problem(
            field, echo(given), "it must lie above 0 and below 100 %: nothing certain can be reckoned with", "range"
        )
    return number


def asks_whether_small(field: str, percent: Decimal) -> Problem:
    """What is asked of a percentage of 1 or less, which looks like a fraction.

    >>> asks_whether_small("per_transfer_percent", Decimal("0.259")).hint
    'did you mean 25.9?'
    """
    return Problem(
        field,
        as_typed(percent),
        "percent are meant here; if 1 % or less is really meant, confirm that small percentages are meant",
        "small_percent",
        hint="" if percent == 1 else f"did you mean {(percent * 100).normalize():f}?",
    )


def read_count(given: object, field: str) -> int | Problem:
    """Read a whole number of at most seven digits. Returns the `Problem` where it is not one. Never raises.

    >>> read_count("36", "oocyte_age_years")
    36
    >>> read_count(36.5, "oocyte_age_years").code
    'not_whole'
    """
    text = as_typed(given)
    if not isinstance(given, bool) and _COUNT.fullmatch(text):
        return int(text)
    code, why = _why_not(text)
    if re.fullmatch(r"[0-9]+\.0+", text):
        code, why = "not_whole", "write it without decimals"
    elif re.fullmatch(r"[0-9]+\.[0-9]+", text):
        code, why = "not_whole", "it is not whole, and it is not rounded for you"
    return Problem(field, echo(given), f"a whole number is needed; {why}", code)


def read_decimal(given: object, field: str) -> Decimal | Problem:
    """Read a measured value such as a cell ratio: not negative, at most three digits and six decimals."""
    text = as_typed(given)
    if isinstance(given, bool) or not _PERCENT.fullmatch(text):
        code, why = _why_not(text)
        return Problem(field, echo(given), f"a number such as 12.5 is needed; {why}", code)
    return Decimal(text)


def read_text(given: object, field: str) -> str | Problem:
    """Read a short plain text, less the blanks around it. Returns the `Problem` where it is not one. Never raises."""
    text = as_typed(given) if isinstance(given, str | bool | Number) else ""
    if not text or len(text) > LONGEST_TEXT or not text.isprintable():
        return Problem(field, echo(given), f"a short plain text is needed, at most {LONGEST_TEXT} characters", "text")
    return text


def read_yes_or_no(given: object, field: str) -> bool | Problem:
    """Read true or false. Returns the `Problem` where it is neither. Never raises."""
    known = {"true": True, "yes": True, "false": False, "no": False}
    answer = known.get(as_typed(given)) if isinstance(given, str | bool) else None
    return Problem(field, echo(given), "true or false is needed", "not_true_or_false") if answer is None else answer


def read_json_object(text: str, whole: str = "case") -> dict[str, Any]:
    """Parse JSON text into an object whose numbers keep the form they were written in.

    ``36.0`` is therefore not whole here, as it is not in a field of the page, and ``NaN`` is no number. ``whole`` is
    what the object is called in a problem.

    Raises:
        InvalidInput: where it is no object, not complete, nested too deeply, longer than 100,000 characters, or has a
            name twice.
    """

    def refuse(given: str, allowed: str) -> InvalidInput:
        return InvalidInput((Problem(whole, given, allowed, "json"),))

    def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        named = dict(pairs)
        if len(named) < len(pairs):
            twice = sorted(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
            raise refuse(echo(", ".join(twice)), "each name may stand only once")
        return named

    if len(text) > LONGEST_CASE_FILE:
        raise refuse("a very long text", f"at most {LONGEST_CASE_FILE} characters")
    try:
        data = json.loads(
            text, parse_float=_written_out, parse_int=str, parse_constant=str, object_pairs_hook=without_duplicates
        )
    except json.JSONDecodeError as error:
        raise refuse("", f"this is not complete JSON: line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise refuse("", "this JSON is nested too deeply") from None
    if not isinstance(data, dict):
        raise refuse("", f"a {whole} is a JSON object: {{ ... }}")
    return data
