"""After how many embryo transfers without a pregnancy is it time to look for a reason, and what then?

    >>> from rif_threshold import assess
    >>> answer = assess({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}, include=())
    >>> answer.threshold.transfers_to_threshold
    4

Probabilities are between 0 and 1 in the arithmetic functions; cases and assessments hold percent.

Importing the package is quick: a name is loaded when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from rif_threshold import notebook
from rif_threshold._version import __version__

if TYPE_CHECKING:
    from rif_threshold.answers import Estimate, Refused
    from rif_threshold.assessment import Assessment, ThresholdAnswer, assess
    from rif_threshold.bounds import TRANSFERS_LIMIT
    from rif_threshold.case import Case, read_case
    from rif_threshold.errors import InvalidInput, OutOfRange, Problem, RifThresholdError, TableError
    from rif_threshold.parts import default_parts
    from rif_threshold.prediction.nelson_lawlor_2011 import PredictionInput
    from rif_threshold.probability import Margin, cumulative_curve, cumulative_probability, margin, transfers_to_exceed
    from rif_threshold.rates import load_rate_table
    from rif_threshold.strata import RateTable
    from rif_threshold.transfers import Transfer
    from rif_threshold.vocabulary import (
        Denominator,
        Finding,
        Grade,
        Outcome,
        Part,
        Ploidy,
        ProtocolVerdict,
        Route,
        TransferResult,
        Verdict,
    )

# Module -> the public names it holds.
_PUBLIC = {
    "assessment": "Assessment ThresholdAnswer assess",
    "case": "Case read_case",
    "errors": "InvalidInput OutOfRange Problem RifThresholdError TableError",
    "estimate": "Estimate Refused",
    "parts": "default_parts",
    "bounds": "TRANSFERS_LIMIT",
    "probability": "Margin cumulative_curve cumulative_probability margin transfers_to_exceed",
    "prediction.nelson_lawlor_2011": "PredictionInput",
    "rates": "load_rate_table",
    "strata": "RateTable",
    "transfers": "Transfer",
    "vocabulary": "Denominator Finding Grade Outcome Part Ploidy ProtocolVerdict Route TransferResult Verdict",
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names.split()}

__all__ = [
    "TRANSFERS_LIMIT",
    "Assessment",
    "Case",
    "Denominator",
    "Estimate",
    "Finding",
    "Grade",
    "InvalidInput",
    "Margin",
    "OutOfRange",
    "Outcome",
    "Part",
    "Ploidy",
    "PredictionInput",
    "Problem",
    "ProtocolVerdict",
    "RateTable",
    "Refused",
    "RifThresholdError",
    "Route",
    "TableError",
    "ThresholdAnswer",
    "Transfer",
    "TransferResult",
    "Verdict",
    "__version__",
    "assess",
    "cumulative_curve",
    "cumulative_probability",
    "default_parts",
    "load_rate_table",
    "margin",
    "read_case",
    "transfers_to_exceed",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


def _card(answer: Any) -> str:
    html: str = importlib.import_module(f"{__name__}.card").card(answer)
    return html


notebook.show = _card
