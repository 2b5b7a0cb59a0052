"""Couples differ: what ``1 - (1 - p)**n`` becomes when p is not the same for everyone.

Two ways to differ stand beside independence. In the *two-class* model a share of couples hardly implants at all and
the others share one probability (Somigliana 2018, Busnelli 2020). In the *beta-geometric* model each couple has its
own probability, spread as a Beta distribution (Weinberg and Gladen 1986; the same algebra as Fader and Hardie 2007).
Both give the plain formula back where couples do not differ.

Neither replaces ESHRE's number, which assumes independence: they say how far it would move.
"""

from rif_threshold.heterogeneity.common import CommonFit, Commonness, fit_common
from rif_threshold.heterogeneity.fitting import BetaGeometricFit, Fit, IndependenceFit, TwoClassFit, fit
from rif_threshold.heterogeneity.labels import labelled_share, unexplained_share
from rif_threshold.heterogeneity.models import (
    beta_geometric_cumulative,
    beta_geometric_next,
    beta_geometric_threshold,
    two_class_cumulative,
    two_class_next,
    two_class_probability,
    two_class_threshold,
)
