"""What everything read or reported is made of: frozen records, and the fields in which numbers and words are typed."""

import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rif_threshold.ages import read_age
from rif_threshold.bounds import LONGEST_TEXT
from rif_threshold.errors import Problem
from rif_threshold.forms import read_count, read_percent, read_text, read_yes_or_no
from rif_threshold.given import as_in_json, is_missing


def _form(read: Callable[[object, str], Any]) -> Callable[[object], Any]:
    """Turn a reader of forms into a pydantic validator that keeps the reader's own words."""

    def validate(given: object) -> Any:
        answer = read(given, "")
        if isinstance(answer, Problem):
            raise PydanticCustomError("form", "{code}", {"code": answer.code, "problem": answer})
        return answer

    return validate


_PERCENT_SCHEMA = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100}
_COUNT_SCHEMA = {"type": "integer", "minimum": 0, "maximum": 9_999_999}

Percent = Annotated[
    Decimal,
    BeforeValidator(_form(read_percent)),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema(_PERCENT_SCHEMA),
]
Count = Annotated[int, BeforeValidator(_form(read_count)), WithJsonSchema(_COUNT_SCHEMA)]
Age = Annotated[
    int | str,
    BeforeValidator(_form(read_age)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 9_999_999},
                {"type": "string", "pattern": "^([<>]=?)?[0-9]{1,2}(-[0-9]{1,2})?$"},
            ]
        }
    ),
]
"""Completed years, or a band as it is printed."""
YesNo = Annotated[bool, BeforeValidator(_form(read_yes_or_no))]
ShortText = Annotated[
    str,
    BeforeValidator(_form(read_text)),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}),
]


@dataclass(frozen=True)
class Typed:
    """How a field of a case is typed in; it stands beside the field's title and description.

    Attributes:
        option: the option of the command line.
        menu: whether the page offers the choices in a list that opens, because they are many or long.
        without: members of its closed list that are not offered.
    """

    option: str = ""
    menu: bool = False
    without: tuple[StrEnum, ...] = ()


NotEmpty = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Words of a table that must be there: where they are said, an empty one would leave a gap."""


_SHORT = reprlib.Repr()
_SHORT.maxtuple = _SHORT.maxlist = _SHORT.maxdict = 2
_SHORT.maxlevel = _SHORT.maxtuple
_LONGEST_REPR = LONGEST_TEXT + LONGEST_TEXT // 2


def _shown(value: object) -> str:
    return _SHORT.repr(str(value) if isinstance(value, str | Decimal) else value)


class Record(BaseModel):
    """Base of everything that is read or reported: frozen, and no unknown keys. Its ``repr`` is one short line."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    def __repr_str__(self, join_str: str) -> str:
        fields = type(self).model_fields
        told = [f"{name}={_shown(value)}" for name, value in self if value != fields[name].default]
        text = join_str.join(told)
        return text if len(text) <= _LONGEST_REPR else f"{text[:_LONGEST_REPR]}…"

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed: what was worked out of the fields before stays behind."""
        copied = super().model_copy(update=update, deep=deep)
        fields = type(self).__pydantic_fields__
        for name in [name for name in copied.__dict__ if name not in fields]:
            del copied.__dict__[name]
        return copied

    @classmethod
    def of(cls, entry: "Record", **more: Any) -> Self:
        """What is said of an entry of a table for one case: the entry's fields, which are checked already, and more.

        Every field must be in one of them. It is what ``model_construct`` does, without looking for aliases and
        defaults: an assessment has some hundred and fifty of these.
        """
        return cls.put_together(**{**entry.__dict__, **more})

    @classmethod
    def put_together(cls, **known: Any) -> Self:
        """A record of what is checked already. Every field must be given; what is no field is left out."""
        made = cls.__new__(cls)
        object.__setattr__(made, "__dict__", {name: known[name] for name in cls.__pydantic_fields__})
        object.__setattr__(made, "__pydantic_fields_set__", set(made.__dict__))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


Of = TypeVar("Of", bound=Record)
Said = TypeVar("Said")


def once_a_record(read: Callable[[Of], Said]) -> Callable[[Of], Said]:
    """What a function says of a record is kept with it. The name begins so that it is none of the record's parts."""
    name = f"_{read.__module__}.{read.__qualname__}"

    @wraps(read)
    def once(record: Of) -> Said:
        kept = record.__dict__
        if name not in kept:
            kept[name] = read(record)
        said: Said = kept[name]
        return said

    return once


class TypedRecord(Record):
    """A part of a case that may come straight from a row of a data frame: what is missing there is not given."""

    @model_validator(mode="before")
    @classmethod
    def _less_what_is_missing(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = cls.model_fields
        return {name: as_in_json(value) for name, value in data.items() if name not in known or not is_missing(value)}
