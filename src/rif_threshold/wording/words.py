"""Every word of a closed list, once, by key. Words are as they stand inside a sentence; `capital` begins one."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from rif_threshold import vocabulary as v

DONE, TO_COME = "done", "to come"


class Words(NamedTuple):
    """A word in the lengths that are needed: in a cell or a choice, in a sentence, and for a rank."""

    short: str
    long: str = ""
    rank: str = ""


_WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Words]] = {
    v.NotCovered: {  # first, because most of these codes are also those of what is not covered
        v.NotCovered.UNTESTED: Words("untested embryos"),
        v.NotCovered.EUPLOID: Words("tested embryos"),
        v.NotCovered.LOW_LEVEL_MOSAIC: Words("mosaic embryos"),
        v.NotCovered.AGE: Words("an age outside its bands"),
        v.NotCovered.EMBRYOS: Words("more than one embryo"),
        v.NotCovered.OWN_PERCENTAGE: Words("a percentage of its own"),
        v.NotCovered.OWN: Words("own eggs"),
        v.NotCovered.OWN_THAWED: Words("thawed eggs"),
        v.NotCovered.DONOR: Words("donor eggs"),
    },
    v.Outcome: {
        v.Outcome.POSITIVE_TEST: Words("positive test", "a positive pregnancy test"),
        v.Outcome.IMPLANTATION: Words("implantation", "an implantation"),
        v.Outcome.CLINICAL_PREGNANCY: Words("clinical pregnancy", "a clinical pregnancy"),
        v.Outcome.LIVE_BIRTH: Words("live birth", "a live birth"),
        v.Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED: Words(
            "implantation or pregnancy as printed",
            "an implantation or pregnancy (printed without saying which)",
        ),
    },
    v.Denominator: {
        v.Denominator.EMBRYO_TRANSFER: Words("embryo transfer", rank="transfer"),
        v.Denominator.TREATMENT_CYCLE: Words("treatment cycle", rank="cycle"),
        v.Denominator.RETRIEVAL: Words("egg retrieval", rank="cycle"),
    },
    v.Ploidy: {
        v.Ploidy.UNTESTED: Words("untested", "untested embryos"),
        v.Ploidy.EUPLOID: Words("euploid", "euploid embryos"),
        v.Ploidy.LOW_LEVEL_MOSAIC: Words("low-level mosaic", "low-level mosaic embryos"),
    },
    v.ThresholdState: {
        v.ThresholdState.REACHED: Words("reached"),
        v.ThresholdState.NOT_YET: Words("not yet"),
        v.ThresholdState.CANNOT_BE_SAID: Words("cannot be said"),
        v.ThresholdState.NO_ANSWER: Words("no answer"),
    },
    v.Stage: {
        v.Stage.CLEAVAGE: Words("cleavage (day 2 or 3)"),
        v.Stage.BLASTOCYST: Words("blastocyst (day 5 or 6)"),
    },
    v.Eggs: {
        v.Eggs.OWN: Words("own, never frozen", "own eggs that were never frozen"),
        v.Eggs.OWN_THAWED: Words("own, thawed", "own eggs that were frozen"),
        v.Eggs.DONOR: Words("a donor's", "donor eggs"),
    },
    v.WidenedBy: {
        v.WidenedBy.AGE: Words("the age at egg retrieval is not known", "whatever the age"),
        v.WidenedBy.STAGE: Words("how far the embryos had grown is not known", "at either stage"),
        v.WidenedBy.MOSAIC: Words("what a low-level mosaic counts is not known", "whatever a mosaic counts"),
        v.WidenedBy.EMBRYOS: Words(
            "what several embryos at once count is not known", "however several embryos at once are counted"
        ),
    },
    v.BesideKind: {
        v.BesideKind.BOUNDS: Words("what is not known"),
        v.BesideKind.DISAGREEMENT: Words("the routes disagree"),
        v.BesideKind.CLOSE_CALL: Words("a close call"),
        v.BesideKind.INTERVAL: Words("the counts leave room for luck"),
        v.BesideKind.RESTART: Words("counted anew"),
        v.BesideKind.EMBRYOS: Words("several embryos at once"),
        v.BesideKind.LONG_HISTORY: Words("observed chances fall"),
    },
    v.TransferResult: {
        v.TransferResult.NO_POSITIVE_TEST: Words("no positive test"),
        v.TransferResult.BIOCHEMICAL: Words("biochemical pregnancy"),
        v.TransferResult.PREGNANCY_LOSS: Words("pregnancy loss"),
        v.TransferResult.ECTOPIC: Words("ectopic pregnancy"),
        v.TransferResult.UNKNOWN_LOCATION: Words("pregnancy of unknown location"),
        v.TransferResult.MOLAR: Words("molar pregnancy"),
        v.TransferResult.ONGOING: Words("ongoing pregnancy"),
        v.TransferResult.LIVE_BIRTH: Words("live birth"),
        v.TransferResult.AWAITED: Words("test still to come"),
    },
    v.Route: {
        v.Route.LIVE_BIRTH: Words("live-birth chance", "live-birth chance × {factor}"),
        v.Route.PREDICTION_MODEL: Words("prediction model", "Nelson & Lawlor model × {factor}"),
        v.Route.CLINIC_RATE: Words("clinic's own rate", "the clinic's own rate"),
        v.Route.AGE_TABLE: Words("ESHRE's table", "ESHRE's table by age and ploidy"),
    },
    v.Part: {
        v.Part.WORKUP: Words("work-up", "the work-up"),
        v.Part.TACROLIMUS: Words("tacrolimus step", "the tacrolimus step"),
        v.Part.PERSPECTIVE: Words("perspective", "what the plain formula leaves out"),
    },
    v.Finding: {
        v.Finding.NORMAL: Words("normal"),
        v.Finding.ABNORMAL: Words("abnormal"),
        v.Finding.NOT_DONE: Words("not done"),
        v.Finding.NOT_KNOWN: Words("not known"),
    },
    v.Verdict: {
        v.Verdict.YES: Words("yes"),
        v.Verdict.NO: Words("no"),
        v.Verdict.NOT_KNOWN: Words("not known"),
    },
    v.Grade: {
        v.Grade.RECOMMENDED: Words("recommended"),
        v.Grade.CAN_BE_CONSIDERED: Words("can be considered"),
        v.Grade.NOT_RECOMMENDED: Words("not recommended"),
    },
    v.WorkupState: {
        v.WorkupState.APPLIES: Words("applies"),
        v.WorkupState.DOES_NOT_APPLY: Words("does not apply"),
        v.WorkupState.NOT_YET: Words("not yet"),
        v.WorkupState.CANNOT_SAY: Words("cannot say"),
        v.WorkupState.DONE: Words("done"),
        v.WorkupState.NOT_RECOMMENDED: Words("graded not recommended"),
    },
    v.Concerns: {
        v.Concerns.FEMALE: Words("female", "the woman"),
        v.Concerns.MALE: Words("male", "the man"),
        v.Concerns.BOTH: Words("both", "both partners"),
    },
    v.ProtocolVerdict: {
        v.ProtocolVerdict.MEETS_ENTRY_CRITERIA: Words("meets them", "meets the published entry criteria"),
        v.ProtocolVerdict.DOES_NOT_MEET: Words("does not meet them", "does not meet the published entry criteria"),
        v.ProtocolVerdict.ON_HOLD: Words("on hold", "meets the published entry criteria, but is on hold"),
        v.ProtocolVerdict.CANNOT_SAY: Words("cannot say", "cannot say whether it meets the published entry criteria"),
    },
    v.ProtocolKind: {
        v.ProtocolKind.STUDY: Words("study", "of studies"),
        v.ProtocolKind.DELIVERED: Words("cohort of women already delivered", "of cohorts of women already delivered"),
        v.ProtocolKind.WEB_PAGE: Words("web page", "of web pages"),
    },
    v.GateEffect: {
        v.GateEffect.STOPS: Words("stops"),
        v.GateEffect.HOLDS: Words("holds"),
        v.GateEffect.NONE: Words("neither stops nor holds"),
    },
    v.Seriousness: {
        v.Seriousness.CONTRAINDICATED: Words("contraindicated, on the label or in pregnancy"),
        v.Seriousness.ALREADY_TAKEN: Words("already taken"),
        v.Seriousness.SERIOUS: Words("serious interaction"),
        v.Seriousness.CAUTION: Words("caution"),
        v.Seriousness.NO_LABELLED_ROW: Words("no labelled row found"),
    },
    v.SpreadModel: {
        v.SpreadModel.INDEPENDENCE: Words("all couples alike (ESHRE)"),
        v.SpreadModel.BETA_GEOMETRIC: Words("each couple its own chance", "the chance varies from couple to couple"),
        v.SpreadModel.TWO_CLASS: Words("a share that cannot implant", "some couples can hardly implant"),
    },
    v.EggSource: {v.EggSource.OWN: Words("own"), v.EggSource.DONOR: Words("donor")},
    v.InfertilityCause: {
        v.InfertilityCause.UNKNOWN: Words("unknown"),
        v.InfertilityCause.DAMAGED_TUBES: Words("damaged tubes"),
        v.InfertilityCause.IRREGULAR_OVULATION: Words("irregular ovulation"),
        v.InfertilityCause.ENDOMETRIOSIS: Words("endometriosis"),
        v.InfertilityCause.CERVICAL: Words("cervical"),
        v.InfertilityCause.LOW_SPERM_COUNT: Words("low sperm count"),
        v.InfertilityCause.MORE_THAN_ONE: Words("more than one"),
    },
    v.Attempt: {
        v.Attempt.FIRST: Words("first"),
        v.Attempt.SECOND: Words("second"),
        v.Attempt.THIRD_OR_MORE: Words("third or later"),
    },
    v.PregnancyHistory: {
        v.PregnancyHistory.NO_IVF_NEVER_PREGNANT: Words("no IVF before, never pregnant"),
        v.PregnancyHistory.NO_IVF_SPONTANEOUS_PREGNANCY_NO_BIRTH: Words("no IVF before, pregnant without a birth"),
        v.PregnancyHistory.NO_IVF_SPONTANEOUS_LIVE_BIRTH: Words("no IVF before, a live birth"),
        v.PregnancyHistory.PREVIOUS_IVF_NO_PREGNANCY: Words("IVF before, no pregnancy from it"),
        v.PregnancyHistory.PREVIOUS_IVF_PREGNANCY_NO_BIRTH: Words("IVF before, pregnancy without a birth"),
        v.PregnancyHistory.PREVIOUS_IVF_LIVE_BIRTH: Words("IVF before, a live birth"),
    },
    v.CycleMedication: {
        v.CycleMedication.ANTIOESTROGEN: Words("anti-oestrogen"),
        v.CycleMedication.GONADOTROPHIN: Words("gonadotrophin"),
        v.CycleMedication.HORMONE_REPLACEMENT: Words("hormone replacement (frozen transfer)"),
    },
}

CRITERION: Mapping[v.Verdict, str] = {
    v.Verdict.YES: "met",
    v.Verdict.NO: "not met",
    v.Verdict.NOT_KNOWN: "not known",
}
"""What a verdict says of an entry criterion."""

STATE_SHAPES: Mapping[v.ThresholdState, str] = dict(zip(v.ThresholdState, "■□◪–", strict=True))
"""The shape that stands beside the word for where a couple stands."""

GRADE_SHAPES: Mapping[v.Grade, str] = dict(zip(v.Grade, "◆◇✕", strict=True))
"""The shape that stands beside a grade's word; the paper draws the same."""

_OF_CODE = {member.value: words.short for listed in _WORDS.values() for member, words in listed.items()}


def word(member: StrEnum) -> str:
    """A member of a closed list as a word.

    >>> word(v.Outcome.LIVE_BIRTH), word(v.Ploidy.LOW_LEVEL_MOSAIC)
    ('live birth', 'low-level mosaic')
    """
    return _WORDS[type(member)][member].short


def long_word(member: StrEnum) -> str:
    """The same as it stands in a sentence."""
    return _WORDS[type(member)][member].long


def plural(outcome: v.Outcome) -> str:
    """Several of an outcome.

    >>> plural(v.Outcome.CLINICAL_PREGNANCY), plural(v.Outcome.POSITIVE_TEST)
    ('clinical pregnancies', 'positive tests')
    """
    said = word(outcome)
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def rank_word(denominator: v.Denominator) -> str:
    """What the ranks of a series count."""
    return _WORDS[v.Denominator][denominator].rank


def capital(text: str) -> str:
    """A text as it begins a sentence or stands alone."""
    return text[:1].upper() + text[1:]


def choices(*members: StrEnum) -> dict[str, str]:
    """What is offered to choose from: the value in a case, and what it is called."""
    return {member.value: capital(word(member)) for member in members}


def state_words(state: v.WorkupState, finding: v.Finding | None) -> str:
    """What to read off for an item of the work-up: its state, and what was found."""
    if finding in {v.Finding.NORMAL, v.Finding.ABNORMAL}:
        return f"{word(state)}; found: {word(finding)}"
    return (
        f"{word(state)}; {word(finding)}" if finding == v.Finding.NOT_DONE and state in v.OPEN_STATES else word(state)
    )


def gate_word(verdict: v.Verdict, effect: v.GateEffect) -> str:
    """What a verdict says of a stop or a hold."""
    return {v.Verdict.YES: word(effect), v.Verdict.NO: "clear"}.get(verdict, "not answered")


def protocol_word(verdict: v.ProtocolVerdict, held_by: Sequence[str]) -> str:
    """What a protocol's verdict is called; one on hold names what holds.

    >>> protocol_word(v.ProtocolVerdict.ON_HOLD, ["fluconazole"])
    'on hold: fluconazole'
    """
    return f"{word(verdict)}: {'; '.join(held_by)}" if verdict == v.ProtocolVerdict.ON_HOLD else word(verdict)


def transfer_state(number: int, failed: int) -> str:
    """Whether a transfer is done."""
    return DONE if number <= failed else TO_COME


def word_of(code: str) -> str | None:
    """The word for a code of a case file; ``None`` where it is of no closed list.

    >>> word_of("low_level_mosaic"), word_of("x")
    ('low-level mosaic', None)
    """
    return _OF_CODE.get(code)
