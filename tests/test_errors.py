"""What an exception says and what it does not: reasons yes, values never."""

import copy
import importlib
import multiprocessing
import pickle
import pkgutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest

import rif_threshold
from report_cases import PLAIN
from rif_threshold import (
    Case,
    InvalidInput,
    OutOfRange,
    Ploidy,
    PredictionInput,
    Problem,
    TableError,
    Transfer,
    assess,
    load_rate_table,
)
from rif_threshold.api.problems import Refused
from rif_threshold.errors import RifThresholdError
from rif_threshold.forms import read_json_object
from rif_threshold.pathway import evidence, facts
from rif_threshold.prediction.nelson_lawlor_2011 import live_birth_probability
from rif_threshold.report import report
from rif_threshold.report.check_code import read_code
from rif_threshold.report.letters import NoFont
from rif_threshold.routes import given_routes

# Values that can be told from anything of ours: a word, percentages, ages and counts, and what is made of them.
CANARIES = (
    "CANARY",
    "0.731313",
    "97.31313",
    "731.3",
    "7313131",
    "73131313",
    "-7313",
    "7,313",
    "7313 %",
    7313.5,
    "٧٣١٣",
)
TRACES = ("CANARY", "7313", "731.3", "73.1", "٧٣١٣", "112.9")
NEAR = ("karyotip", "th1_th2_rati", "secretary", "nakagawa_2014")


def bad_cases() -> Iterator[dict[str, Any]]:
    """Every field of a case, its transfers and the model with every canary, and every canary as a name."""
    for canary in CANARIES:
        yield from (PLAIN | {field: canary} for field in Case.model_fields)
        yield from (PLAIN | {field: {canary: canary}} for field in Case.model_fields)
        yield from (PLAIN | {field: [canary, {canary: canary}]} for field in Case.model_fields)
        yield {"history": [{"result": "no_positive_test", field: canary} for field in Transfer.model_fields]}
        yield from ({"prediction": {field: canary}} for field in PredictionInput.model_fields)
        yield from (PLAIN | {"answers": {name: canary}} for name in facts())
        yield PLAIN | {
            "live_birth_percent": "97.31313",
            "live_birth_per": "treatment_cycle",
            "failed_transfers": canary,
        }
        yield PLAIN | {"clinic_successes": 7313132, "clinic_transfers": 7313131}
        yield {canary: canary}
    for near in NEAR:
        yield PLAIN | {"answers": {near: "x", "ratio_phase": near}, "findings": {near: "normal"}}


def raised() -> Iterator[InvalidInput | OutOfRange]:
    """Every exception that these and other bad inputs raise."""
    others: list[Any] = [
        *(lambda text=f'{{"{name}": 1, "{name}": 2, {name}': read_json_object(text) for name in CANARIES),
        lambda: read_json_object('{"CANARY": 1, "CANARY": 2}'),
        lambda: read_code("RIF1-CANARY"),
        lambda: evidence("CANARY"),
        lambda: evidence("nakagawa_2014"),
        lambda: assess(PLAIN, include=["CANARY"]),
        lambda: report(assess(PLAIN, include=()), "CANARY"),
        lambda: report(assess(PLAIN, include=()), "sheet.pdf", "CANARY"),
        lambda: load_rate_table("eshre_rif_2023").look_up(Ploidy.LOW_LEVEL_MOSAIC, 7313),
        lambda: live_birth_probability(PredictionInput(woman_age_years=7313, trying_years=7313)),
        lambda: live_birth_probability(PredictionInput(attempt="first", unsuccessful_cycles=7313)),
        *(lambda case=case: Case(**case) for case in bad_cases() if all(isinstance(name, str) for name in case)),
        *(lambda case=case: assess(case) for case in bad_cases()),
    ]
    over = Case.model_validate(PLAIN | {"live_birth_percent": "97.31313", "live_birth_per": "treatment_cycle"})
    others += [reckon for _, _, reckon in given_routes(over, {})]
    for do in others:
        try:
            do()
        except (InvalidInput, OutOfRange) as error:
            yield error


def test_no_exception_repeats_what_was_given() -> None:
    errors = list(raised())
    assert len(errors) > 600
    for error in errors:
        for trace in (*TRACES, *NEAR, "did you mean"):
            assert trace not in str(error)
            assert trace not in repr(error)
            assert trace not in str(error.args)
    shown = "\n".join(str(problem) for error in errors for problem in getattr(error, "problems", ()))
    for trace in (*TRACES, "did you mean karyotype?", "did you mean th1_th2_ratio?", "did you mean 73.1313?"):
        assert trace in shown  # beside its field it is repeated, so the canaries came through


@pytest.mark.parametrize(
    ("case", "text"),
    [
        (
            PLAIN | {"ploidy": "PGT"},
            "ploidy: one of 'untested', 'euploid' or 'low_level_mosaic' is needed (not_in_list)",
        ),
        (
            PLAIN | {"oocyte_age_years": "36,5", "failed_transfers": None},
            "oocyte_age_years: completed years are needed, as a whole number or as a band such as <35, 35-39 or >=40;"
            " it has a decimal comma; write a point (decimal_comma);"
            " failed_transfers: this is needed; 0 where no transfer has failed yet (missing)",
        ),
        (
            PLAIN | {"answers": {"typed": "x"}, "surname": "x"},
            "case: this name is not known; see `rif-threshold schema case` (unknown_field);"
            " answers: no question has this name (unknown_fact)",
        ),
        (
            {"oocyte_age_years": 36, "ploidy": "untested", "history": [{"result": "no_positive_test", "embryos": 0}]},
            "history.1.embryos: a transfer places at least one embryo (range)",
        ),
    ],
)
def test_the_text_says_where_and_what_is_allowed(case: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        assess(case)
    assert str(caught.value) == text


def test_a_hint_stands_in_the_sentence_and_in_json() -> None:
    problem = Problem("ploidy", "euplod", "one of two is needed", "not_in_list", hint="did you mean euploid?")
    assert str(problem) == "ploidy: 'euplod' was given; one of two is needed; did you mean euploid?"
    assert problem.as_dict()["hint"] == "did you mean euploid?"


PROBLEMS = (
    Problem("ploidy", "PGT", "one of two is needed", "not_in_list", "eshre_rif_2023", outside_evidence=True, hint="?"),
    Problem("history.2.embryos", "0", "at least one", "range"),
)
# One of each class of exception, by its name.
ERRORS: dict[str, Exception] = {
    "RifThresholdError": RifThresholdError("why"),
    "InvalidInput": InvalidInput(PROBLEMS),
    "OutOfRange": OutOfRange(PROBLEMS[0]),
    "TableError": TableError("rates/ours.csv", "this is not CSV", 7),
    "NoFont": NoFont("プ"),
    "Refused": Refused(413, "at most three bytes are taken", {"accept": "text/plain"}),
}


class NewError(RifThresholdError):
    """A class that somebody may add: it takes its arguments by keyword, and more of them than its text shows."""

    def __init__(self, *, place: str, rows: list[int]) -> None:
        self.place, self.rows = place, rows
        super().__init__(f"in {place}")


def test_every_exception_of_the_package_is_tried_here() -> None:
    for module in pkgutil.walk_packages(rif_threshold.__path__, "rif_threshold."):
        if ".ui.pages" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    def below(kind: type) -> Iterator[type]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    ours = {each.__name__ for each in below(BaseException) if each.__module__.startswith("rif_threshold.")}
    assert ours == set(ERRORS)


@pytest.mark.parametrize("name", [*ERRORS, "NewError", "with a note"])
@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, *(lambda error, p=p: pickle.loads(pickle.dumps(error, p)) for p in range(2, 6))],
    ids=["copy", "deepcopy", *map(str, range(2, 6))],
)
def test_an_exception_comes_back_as_it_was(name: str, again: Callable[[Exception], Exception]) -> None:
    error = ERRORS.get(name) or NewError(place="x", rows=[1, 2])
    if name == "with a note":
        error.add_note("row 7")
    back = again(error)
    assert type(back) is type(error)
    assert (str(back), repr(back), back.args, vars(back)) == (str(error), repr(error), error.args, vars(error))


def test_a_bad_row_ends_a_pool_and_does_not_hang_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # A test of a page leaves the page as the main module, which every process of the pool would run.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    judged = partial(assess, include=())
    rows = [PLAIN, PLAIN | {"ploidy": "PGT"}, PLAIN]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map_async(judged, [PLAIN]).get(timeout=120) == [judged(PLAIN)]
        with pytest.raises(InvalidInput) as raised_there:
            pool.map_async(judged, rows).get(timeout=120)
    (problem,) = raised_there.value.problems
    assert (problem.field, problem.given, problem.code) == ("ploidy", "PGT", "not_in_list")
