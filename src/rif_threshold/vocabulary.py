"""The field's words as closed lists: one word for one thing.

Terms follow the ICMART glossary (2017) and the ESHRE good-practice paper on recurrent implantation failure (2023).
Every member's value is what is written in case files, tables and JSON.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """What a rate counts. Mixing outcomes is the likeliest real error with such figures."""

    POSITIVE_TEST = "positive_test"
    IMPLANTATION = "implantation"
    CLINICAL_PREGNANCY = "clinical_pregnancy"
    LIVE_BIRTH = "live_birth"
    IMPLANTATION_OR_PREGNANCY_AS_PRINTED = "implantation_or_pregnancy_as_printed"


class Denominator(StrEnum):
    """What a rate is per."""

    TREATMENT_CYCLE = "treatment_cycle"
    EMBRYO_TRANSFER = "embryo_transfer"
    RETRIEVAL = "retrieval"


class Ploidy(StrEnum):
    """What was known of the embryo's chromosomes when it was transferred."""

    UNTESTED = "untested"
    EUPLOID = "euploid"
    LOW_LEVEL_MOSAIC = "low_level_mosaic"


class Stage(StrEnum):
    """How far the embryo had grown when it was transferred."""

    CLEAVAGE = "cleavage"
    BLASTOCYST = "blastocyst"


class Eggs(StrEnum):
    """Whose eggs, and whether they had been frozen as eggs. Only a table that tells them apart asks."""

    OWN = "own"
    OWN_THAWED = "own_thawed"
    DONOR = "donor"


class NotCovered(StrEnum):
    """What a table of another population gives no chance for."""

    UNTESTED = "untested"
    EUPLOID = "euploid"
    LOW_LEVEL_MOSAIC = "low_level_mosaic"
    AGE = "age"
    EMBRYOS = "several_embryos"
    OWN_PERCENTAGE = "own_percentage"
    OWN = "own"
    OWN_THAWED = "own_thawed"
    DONOR = "donor"


class WidenedBy(StrEnum):
    """What makes the chance of a transfer lie between two ends, in the order in which they widen it."""

    AGE = "age"
    STAGE = "stage"
    MOSAIC = "mosaic"
    EMBRYOS = "several_embryos"


class BesideKind(StrEnum):
    """What could overturn an answer, in the order of how near it is to turning it."""

    BOUNDS = "bounds"
    DISAGREEMENT = "disagreement"
    CLOSE_CALL = "close_call"
    INTERVAL = "interval"
    RESTART = "restart"
    EMBRYOS = "several_embryos"
    LONG_HISTORY = "long_history"


class ThresholdState(StrEnum):
    """Where a couple stands: the first thing that every surface says."""

    REACHED = "reached"
    NOT_YET = "not_yet"
    CANNOT_BE_SAID = "cannot_be_said"
    NO_ANSWER = "no_answer"


class TransferResult(StrEnum):
    """What happened after a transfer. Only ``no_positive_test`` is a failed transfer; ``awaited`` is not known yet."""

    NO_POSITIVE_TEST = "no_positive_test"
    BIOCHEMICAL = "biochemical"
    PREGNANCY_LOSS = "pregnancy_loss"
    ECTOPIC = "ectopic"
    UNKNOWN_LOCATION = "unknown_location"
    MOLAR = "molar"
    ONGOING = "ongoing"
    LIVE_BIRTH = "live_birth"
    AWAITED = "awaited"


POSITIVE_TESTS = frozenset(TransferResult) - {TransferResult.NO_POSITIVE_TEST, TransferResult.AWAITED}
"""The results that are an implantation: the count of failed transfers starts again after them."""

LOSSES = frozenset({TransferResult.BIOCHEMICAL, TransferResult.PREGNANCY_LOSS})
"""The results that count towards recurrent pregnancy loss."""


class Route(StrEnum):
    """Where the per-transfer probability comes from. A clinic's own table is ``age_table:<id>``."""

    LIVE_BIRTH = "live_birth"
    PREDICTION_MODEL = "prediction_model"
    CLINIC_RATE = "clinic_rate"
    AGE_TABLE = "age_table"


class Part(StrEnum):
    """The parts of an assessment that can be left out. The threshold itself is always there."""

    WORKUP = "workup"
    TACROLIMUS = "tacrolimus"
    PERSPECTIVE = "perspective"


class Surface(StrEnum):
    """What a disagreement between sources, or a guideline's position, is about: where it is shown."""

    THRESHOLD = "threshold"
    WORKUP = "workup"
    TACROLIMUS = "tacrolimus"
    PREGNANCY = "pregnancy"


PART_OF_SURFACE = {
    Surface.THRESHOLD: None,
    Surface.WORKUP: Part.WORKUP,
    Surface.TACROLIMUS: Part.TACROLIMUS,
    Surface.PREGNANCY: Part.TACROLIMUS,
}
"""The part of an assessment that something belongs to; ``None`` is the threshold, which is always there."""


class Finding(StrEnum):
    """What an investigation showed."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    NOT_DONE = "not_done"
    NOT_KNOWN = "not_known"


class Verdict(StrEnum):
    """The three values of every rule. *Not known* is an answer; nothing is met by silence."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class Grade(StrEnum):
    """How strongly the source speaks for an item, for everyone. Not whether it concerns this couple."""

    RECOMMENDED = "recommended"
    CAN_BE_CONSIDERED = "can_be_considered"
    NOT_RECOMMENDED = "not_recommended"


class WorkupState(StrEnum):
    """What is read off for one item of the work-up, for this couple."""

    APPLIES = "applies"
    DOES_NOT_APPLY = "does_not_apply"
    NOT_YET = "not_yet"
    CANNOT_SAY = "cannot_say"
    DONE = "done"
    NOT_RECOMMENDED = "not_recommended"


OPEN_STATES = frozenset({WorkupState.APPLIES, WorkupState.DOES_NOT_APPLY, WorkupState.NOT_YET, WorkupState.CANNOT_SAY})
"""The states that say whether something is still to be done."""


class Concerns(StrEnum):
    """Whom an item concerns."""

    FEMALE = "female"
    MALE = "male"
    BOTH = "both"


class ProtocolVerdict(StrEnum):
    """Whether a case meets the published entry criteria of one protocol. Never whether to treat."""

    MEETS_ENTRY_CRITERIA = "meets_entry_criteria"
    DOES_NOT_MEET = "does_not_meet"
    ON_HOLD = "on_hold"
    CANNOT_SAY = "cannot_say"


class ProtocolKind(StrEnum):
    """What kind of publication a protocol stands in. Each is named apart: there is no number of them all."""

    STUDY = "study"
    DELIVERED = "delivered"
    WEB_PAGE = "web_page"


class GateEffect(StrEnum):
    """What a medicine does to the step: any that stops or holds leaves no protocol met."""

    STOPS = "stops"
    HOLDS = "holds"
    NONE = "none"


class Seriousness(StrEnum):
    """How much an interaction weighs in the gate. The grading is ours; what the label says stands beside it."""

    CONTRAINDICATED = "contraindicated"
    ALREADY_TAKEN = "already_taken"
    SERIOUS = "serious"
    CAUTION = "caution"
    NO_LABELLED_ROW = "no_labelled_row"


class SpreadModel(StrEnum):
    """How couples may differ."""

    INDEPENDENCE = "independence"
    BETA_GEOMETRIC = "beta_geometric"
    TWO_CLASS = "two_class"


class ReadLevel(StrEnum):
    """How much of a source was read."""

    FULL_TEXT = "full text"
    ABSTRACT = "abstract"
    SECONDARY = "secondary"


class EggSource(StrEnum):
    """Whose oocytes (Nelson & Lawlor 2011)."""

    OWN = "own"
    DONOR = "donor"


class InfertilityCause(StrEnum):
    """Cause of infertility as the live-birth model groups it (Nelson & Lawlor 2011)."""

    UNKNOWN = "unknown"
    DAMAGED_TUBES = "damaged_tubes"
    IRREGULAR_OVULATION = "irregular_ovulation"
    ENDOMETRIOSIS = "endometriosis"
    CERVICAL = "cervical"
    LOW_SPERM_COUNT = "low_sperm_count"
    MORE_THAN_ONE = "more_than_one"


class Attempt(StrEnum):
    """Which IVF attempt (Nelson & Lawlor 2011)."""

    FIRST = "first"
    SECOND = "second"
    THIRD_OR_MORE = "third_or_more"


class PregnancyHistory(StrEnum):
    """Earlier pregnancies (Nelson & Lawlor 2011)."""

    NO_IVF_NEVER_PREGNANT = "no_ivf_never_pregnant"
    NO_IVF_SPONTANEOUS_PREGNANCY_NO_BIRTH = "no_ivf_spontaneous_pregnancy_no_birth"
    NO_IVF_SPONTANEOUS_LIVE_BIRTH = "no_ivf_spontaneous_live_birth"
    PREVIOUS_IVF_NO_PREGNANCY = "previous_ivf_no_pregnancy"
    PREVIOUS_IVF_PREGNANCY_NO_BIRTH = "previous_ivf_pregnancy_no_birth"
    PREVIOUS_IVF_LIVE_BIRTH = "previous_ivf_live_birth"


class CycleMedication(StrEnum):
    """What the cycle was stimulated or prepared with (Nelson & Lawlor 2011)."""

    ANTIOESTROGEN = "antioestrogen"
    GONADOTROPHIN = "gonadotrophin"
    HORMONE_REPLACEMENT = "hormone_replacement"
