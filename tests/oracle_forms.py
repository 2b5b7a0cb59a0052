"""How a value is typed, and the code of what is wrong with it. It imports nothing of the package under test."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

YOUNGEST, OLDEST = 18, 55
"""The ages at retrieval that are taken."""


class Wrong(NamedTuple):
    """What is wrong with one value: a code."""

    code: str


class Years(NamedTuple):
    """An age: the first and the last year that it may be."""

    first: int
    last: int


Reader = Callable[[Any], Any]


def typed(given: Any) -> str:
    """What a person would have typed. A list or an object is nothing that can be typed into one field."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        return "not one value"
    return str(given).strip(" \t\r\n")


def _fault(text: str) -> Wrong:
    """The code of a text that is no number of the form that is needed."""
    first, comma, rest = text.partition(",")
    whole, _, decimals = text.partition(".")
    if not text:
        code = "missing"
    elif comma and _plain(first) and _plain(rest):
        code = "decimal_comma"
    elif text.endswith("%"):
        code = "percent_sign"
    elif text[0] in "-−–":
        code = "negative"
    elif re.fullmatch(r"\+?[0-9.]+[eE][-+]?[0-9]+", text):
        code = "exponent"
    elif _plain(whole) and (_plain(decimals) or not decimals) and (len(whole) > 3 or len(decimals) > 6):
        code = "too_long"
    elif not text.isascii() and all(each.isdecimal() or each in ".," for each in text):
        code = "digits"
    else:
        code = "form"
    return Wrong(code)


def _plain(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def percent(given: Any) -> Fraction | Wrong:
    """A percentage above 0 and below 100, of at most six decimals."""
    text = typed(given)
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text):
        return _fault(text)
    number = Fraction(text)
    return number if 0 < number < 100 else Wrong("range")


def count(given: Any) -> int | Wrong:
    """A whole number of at most seven digits."""
    text = typed(given)
    if re.fullmatch(r"[0-9]{1,7}", text):
        return int(text)
    whole, point, decimals = text.partition(".")
    return Wrong("not_whole") if point and _plain(whole) and _plain(decimals) else _fault(text)


BANDS = (
    (r"<(\d\d?)", lambda years: (YOUNGEST, years - 1)),
    (r"<=(\d\d?)", lambda years: (YOUNGEST, years)),
    (r">(\d\d?)", lambda years: (years + 1, OLDEST)),
    (r">=(\d\d?)", lambda years: (years, OLDEST)),
    (r"(\d\d?)-(\d\d?)", lambda first, last: (first, last)),
)


def age(given: Any) -> Years | Wrong:
    """Completed years, or a band of them as it is printed."""
    years = count(given)
    if isinstance(years, int):
        return Years(years, years)
    for pattern, meant in BANDS:
        if isinstance(given, str) and (found := re.fullmatch(pattern, given)):
            band = Years(*meant(*map(int, found.groups())))
            backwards = "-" in given and band.last < band.first
            return Wrong("range") if backwards else band
    return years


def one_of(*words: str) -> Reader:
    """A word of a closed list."""
    return lambda given: given if isinstance(given, str) and given in words else Wrong("not_in_list")


def yes_or_no(given: Any) -> bool | Wrong:
    """True or false, also as a word."""
    known = {"true": True, "yes": True, "false": False, "no": False}
    if isinstance(given, bool):
        return given
    return known[given] if isinstance(given, str) and given in known else Wrong("not_true_or_false")


def text(given: Any) -> str | Wrong:
    """A short text. A number, true or false is the text that it is written with."""
    if not isinstance(given, str | int):
        return Wrong("text")
    written = str(given).strip(" \t\r\n")
    return written if 0 < len(written) <= 100 else Wrong("text")


KIND: dict[str, Reader] = {
    "oocyte_age_years": age,
    "ploidy": one_of("untested", "euploid", "low_level_mosaic"),
    "embryos": count,
    "stage": one_of("cleavage", "blastocyst"),
}
POSITIVE = ("biochemical", "pregnancy_loss", "ectopic", "unknown_location", "molar", "ongoing", "live_birth")
TRANSFER = KIND | {"result": one_of("no_positive_test", *POSITIVE, "awaited"), "per_transfer_percent": percent}
CAUSES = ("unknown", "damaged_tubes", "irregular_ovulation", "endometriosis", "cervical", "low_sperm_count")
BEFORE = (
    "no_ivf_never_pregnant",
    "no_ivf_spontaneous_pregnancy_no_birth",
    "no_ivf_spontaneous_live_birth",
    "previous_ivf_no_pregnancy",
    "previous_ivf_pregnancy_no_birth",
    "previous_ivf_live_birth",
)
PREDICTION: dict[str, Reader] = {
    "woman_age_years": count,
    "trying_years": count,
    "egg_source": one_of("own", "donor"),
    "cause": one_of(*CAUSES, "more_than_one"),
    "icsi": yes_or_no,
    "attempt": one_of("first", "second", "third_or_more"),
    "unsuccessful_cycles": count,
    "pregnancy_history": one_of(*BEFORE),
    "cycle_medication": one_of("antioestrogen", "gonadotrophin", "hormone_replacement"),
}
PERCENTAGES = ("threshold_percent", "live_birth_percent", "clinic_percent")
CASE: dict[str, Reader] = {
    **KIND,
    **dict.fromkeys(PERCENTAGES, percent),
    "eggs": one_of("own", "own_thawed", "donor"),
    "failed_transfers": count,
    "minimum_transfers": count,
    "live_birth_per": one_of("treatment_cycle", "embryo_transfer", "retrieval"),
    "clinic_successes": count,
    "clinic_transfers": count,
    "clinic_outcome": one_of(
        "positive_test", "implantation", "clinical_pregnancy", "live_birth", "implantation_or_pregnancy_as_printed"
    ),
    "primary_route": text,
    "small_percent_confirmed": yes_or_no,
    "high_percent_confirmed": yes_or_no,
}
NO_TRANSFER = ("cancelled", "freeze_all", "no_transfer", "failed_thaw", "natural_pregnancy")
"""Words for what is no transfer."""
