"""The options that describe a case, the same for every command that takes one."""

import datetime
import functools
from collections.abc import Callable
from typing import Any

import click

from rif_threshold.bounds import LONGEST_CASE_FILE
from rif_threshold.cli.files import read_text
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.fields import FIELDS, ONE_VALUE, SWITCHES, InputField, Kind, title_of
from rif_threshold.forms import read_json_object
from rif_threshold.parts import default_parts
from rif_threshold.vocabulary import Part
from rif_threshold.wording import capital

_CHECKED = "medications_checked"
_PLACEHOLDERS = {"years": "YEARS", "percent": "PERCENT", "count": "COUNT"}


def _help(field: InputField) -> str:
    """What an option is for, and the words that it takes."""
    words = [str(choice) for choice in field.choices] or (["true", "false"] if field.kind == Kind.YES_NO else [])
    part, _, name = field.path.partition(".")
    about = f"{capital((title_of(part) or '').removeprefix('the '))}: " if name else ""
    allowed = f": {', '.join(words[:-1])} or {words[-1]}" if words else ""
    return f"{about}{field.help.removesuffix('.')}{allowed}."


def case_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a case; it receives them as the mapping ``given``, and ``tables``.

    Values stay text: the case checks their form.
    """

    @functools.wraps(command)
    def with_case(case_file: str | None, medications_checked: tuple[str, ...], **values: Any) -> Any:
        given = {field: values.pop(_parameter(field)) for field in ONE_VALUE}
        if twice := [field for field, each in given.items() if len(each) > 1]:
            raise InvalidInput(
                tuple(Problem(field, "", "this option is given twice", "given_twice") for field in twice)
            )
        typed = {field: each[0] for field, each in given.items() if each}
        flags = {field: values.pop(_parameter(field)) for field in SWITCHES}
        options = {field: value for field, value in (typed | flags).items() if value not in (None, False)}
        options |= {_CHECKED: list(medications_checked)} if medications_checked else {}
        return command(given=_merge(_read_case(case_file), options), **values)

    decorated: Callable[..., Any] = with_case
    decorated = click.option("--tables", metavar="DIR", help="A folder with the clinic's own rate tables.")(decorated)
    decorated = click.option(
        "--medication-checked",
        _CHECKED,
        metavar="NAME",
        multiple=True,
        help=f"{FIELDS[_CHECKED].help.removesuffix('.')}. May be given several times.",
    )(decorated)
    for path, field in reversed(SWITCHES.items()):
        decorated = click.option(field.option, _parameter(path), is_flag=True, help=_help(field))(decorated)
    for path, field in reversed(ONE_VALUE.items()):
        shown = _PLACEHOLDERS.get(field.unit, "WORD")
        add = click.option(field.option, _parameter(path), metavar=shown, help=_help(field), multiple=True)
        decorated = add(decorated)
    return click.option("--case", "case_file", metavar="FILE", help="A case as JSON; - reads it from standard input.")(
        decorated
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON with unrounded numbers.")


def _parameter(field: str) -> str:
    return field.replace(".", "_in_")


def _read_case(name: str | None) -> dict[str, Any]:
    return {} if name is None else read_json_object(read_text(name, "--case", LONGEST_CASE_FILE))


def _merge(case: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Add the options to the case of a file. What is given twice is refused, not overridden."""
    merged, twice = dict(case), []
    for field, value in options.items():
        name, _, part = field.partition(".")
        inside = merged.get(name)
        if part and (inside is None or isinstance(inside, dict)):
            inside = inside or {}
            twice += [field] if part in inside else []
            merged[name] = inside | {part: value}
        else:
            twice += [field] if name in case else []
            merged[name] = value
    if twice:
        raise InvalidInput(
            tuple(
                Problem(field, "", "this is given both in the case and as an option", "given_twice") for field in twice
            )
        )
    return merged


class _Parts(click.Choice[str]):
    """The parts by name. The help names only those that a setting does not leave out."""

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        return f"[{'|'.join(part for part in self.choices if part in default_parts())}]"


PARTS = _Parts([part.value for part in Part])


def _day(_: click.Context, __: click.Parameter, value: datetime.datetime | None) -> datetime.date | None:
    return value.date() if value else None


def day_option(*names: str, about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that is a day, written as 2026-11-25; ``None`` where it is left out."""
    return click.option(*names, type=click.DateTime(["%Y-%m-%d"]), callback=_day, help=about)


date_option = day_option("--date", about="Day to print on it; today if left out.")
