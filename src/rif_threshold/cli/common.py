"""What the commands share: the options that describe a case, and how messages and results are printed."""

import functools
import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

import click

from rif_threshold.bounds import LONGEST_CASE_FILE
from rif_threshold.cli.files import read_text
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import read_json_object
from rif_threshold.parts import default_parts
from rif_threshold.vocabulary import Part

# Field of the case -> option, its placeholder and its help. Values stay text: the case checks their form.
CASE_OPTIONS: dict[str, tuple[str, str, str]] = {
    "oocyte_age_years": ("--oocyte-age", "YEARS", "Woman's age at retrieval of the oocytes, completed years."),
    "ploidy": ("--ploidy", "WORD", "untested, euploid or low_level_mosaic."),
    "failed_transfers": ("--failed", "COUNT", "Transfers without a positive test since the last positive one."),
    "live_birth_percent": ("--live-birth", "PERCENT", "Predicted chance of live birth, as IVFpredict gives it."),
    "live_birth_per": ("--per", "WORD", "What that is per: treatment_cycle, embryo_transfer or retrieval."),
    "clinic_successes": ("--successes", "COUNT", "The clinic's own count of successes ..."),
    "clinic_transfers": ("--transfers", "COUNT", "... out of this many transfers."),
    "clinic_percent": ("--clinic-percent", "PERCENT", "The clinic's own rate per transfer, instead of counts."),
    "clinic_outcome": ("--outcome", "WORD", "What it counts: positive_test, implantation or clinical_pregnancy."),
    "prediction.woman_age_years": ("--woman-age", "YEARS", "Model: her age before the first counted transfer."),
    "prediction.trying_years": ("--trying-years", "YEARS", "Model: completed years of trying to conceive."),
    "prediction.egg_source": ("--egg-source", "WORD", "Model: own or donor."),
    "prediction.cause": (
        "--cause",
        "WORD",
        "Model: unknown, damaged_tubes, irregular_ovulation, endometriosis, cervical, low_sperm_count or"
        " more_than_one.",
    ),
    "prediction.icsi": ("--icsi", "WORD", "Model: true or false."),
    "prediction.attempt": ("--attempt", "WORD", "Model: first, second or third_or_more."),
    "prediction.unsuccessful_cycles": ("--unsuccessful-cycles", "COUNT", "Model: earlier cycles without a live birth."),
    "prediction.pregnancy_history": (
        "--pregnancy-history",
        "WORD",
        "Model: no_ivf_never_pregnant, no_ivf_spontaneous_pregnancy_no_birth, no_ivf_spontaneous_live_birth,"
        " previous_ivf_no_pregnancy, previous_ivf_pregnancy_no_birth or previous_ivf_live_birth.",
    ),
    "prediction.cycle_medication": (
        "--cycle-medication",
        "WORD",
        "Model: antioestrogen, gonadotrophin or hormone_replacement.",
    ),
    "threshold_percent": ("--threshold", "PERCENT", "Cumulative chance to exceed; ESHRE's 60 where left out."),
    "minimum_transfers": ("--minimum", "COUNT", "Fewest failed transfers; ESHRE's 2 where left out."),
    "primary_route": ("--primary-route", "ROUTE", "The route to answer with, where the default order is not wanted."),
}
_FLAGS = {"small_percent_confirmed": ("--percent-is-small", "Percentages of 1 or less are really meant as percent.")}


def case_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a case; it receives them as the mapping ``given``, and ``tables``."""

    @functools.wraps(command)
    def with_case(case_file: str | None, **values: Any) -> Any:
        given = {field: values.pop(_parameter(field)) for field in CASE_OPTIONS}
        if twice := [field for field, each in given.items() if len(each) > 1]:
            raise InvalidInput(
                tuple(Problem(field, "", "this option is given twice", "given_twice") for field in twice)
            )
        typed = {field: each[0] for field, each in given.items() if each}
        flags = {field: values.pop(_parameter(field)) for field in _FLAGS}
        options = {field: value for field, value in (typed | flags).items() if value not in (None, False)}
        return command(given=_merge(_read_case(case_file), options), **values)

    decorated: Callable[..., Any] = with_case
    decorated = click.option("--tables", metavar="DIR", help="A folder with the clinic's own rate tables.")(decorated)
    for field, (option, help_text) in reversed(_FLAGS.items()):
        decorated = click.option(option, _parameter(field), is_flag=True, help=help_text)(decorated)
    for field, (option, placeholder, help_text) in reversed(CASE_OPTIONS.items()):
        decorated = click.option(option, _parameter(field), metavar=placeholder, help=help_text, multiple=True)(
            decorated
        )
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


def exit_code(problems: Iterable[Problem]) -> int:
    """3 where all is well formed but outside the evidence, else 2."""
    return 3 if all(problem.outside_evidence for problem in problems) else 2


def wants_json() -> bool:
    """Whether the running command was asked for JSON, at whatever depth it is."""
    return "--json" in sys.argv[1:]


def show_problems(problems: Iterable[Problem]) -> None:
    """Print every problem: as JSON on standard output where JSON was asked for, else as text on standard error."""
    if wants_json():
        click.echo(as_json({"problems": [problem.as_dict() for problem in problems]}))
        return
    click.echo("This cannot be answered:", err=True)
    for problem in problems:
        options = [CASE_OPTIONS[field][0] for field in problem.field.split(", ") if field in CASE_OPTIONS]
        named = f"  ({', '.join(options)})" if options else ""
        click.echo(wrapped(f"{problem}{named}", "- "), err=True)


def as_json(data: object) -> str:
    """Plain data as JSON text."""
    return json.dumps(data, indent=2, ensure_ascii=False)


def line_width() -> int:
    """How many characters a line may have: the terminal's width, at least 40 and at most 110."""
    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 110))


def wrapped(text: str, bullet: str = "") -> str:
    """Text broken at the width of the terminal, with a hanging indent below the bullet."""
    return textwrap.fill(text, line_width(), initial_indent=bullet, subsequent_indent=" " * len(bullet))
