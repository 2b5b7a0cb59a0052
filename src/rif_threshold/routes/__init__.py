"""The routes to the per-transfer probability, each a module of its own.

A route that cannot be computed raises the problems that keep it from it. Nothing falls back from one route to
another.
"""

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rif_threshold.routes.kind import Chances, Given, RouteKind, caveats
from rif_threshold.strata import RateTable
from rif_threshold.transfers import Transfers

# A new route is a module here, and its name in this line. ESHRE puts an individual estimate before a crude one, and
# this is the order: the first that a case gives something for answers, and they are shown in it.
_IN_ORDER = ("live_birth", "prediction_model", "clinic_rate", "age_table")

ROUTES: tuple[RouteKind, ...] = tuple(importlib.import_module(f"{__name__}.{name}").ROUTE for name in _IN_ORDER)

if TYPE_CHECKING:  # what a type checker is told of the fields that are used outside their route
    from rif_threshold.routes.clinic_rate import ClinicInputs
    from rif_threshold.routes.live_birth import LiveBirthInputs
    from rif_threshold.routes.prediction_model import PredictionInputs

    class RouteInputs(PredictionInputs, ClinicInputs, LiveBirthInputs):
        """The fields of all routes."""
else:
    _kinds = dict.fromkeys(route.inputs for route in reversed(ROUTES) if route.inputs is not Transfers)
    RouteInputs = type("RouteInputs", tuple(_kinds), {"__doc__": "The fields of all routes.", "__module__": __name__})


def given_routes(case: Any, own_tables: Mapping[str, RateTable]) -> Iterator[Given]:
    """The routes the case gives something for: name, label, and the function that reckons what it knows."""
    for route in ROUTES:
        yield from route.given(case, own_tables)


def route_of(name: str) -> RouteKind:
    """The route of a name, which may be that of one of its tables: ``age_table:ours``."""
    return next(route for route in ROUTES if route.name == name.partition(":")[0])


__all__ = [
    "ROUTES",
    "Chances",
    "Given",
    "RouteInputs",
    "RouteKind",
    "caveats",
    "given_routes",
    "route_of",
]
