"""What the choices of the page are called, made from the closed lists. The values are those of a case."""

from rif_threshold.vocabulary import (
    Attempt,
    Concerns,
    CycleMedication,
    Denominator,
    EggSource,
    Finding,
    Grade,
    InfertilityCause,
    Outcome,
    Ploidy,
    PregnancyHistory,
    ProtocolVerdict,
    Route,
    TransferResult,
    Verdict,
)
from rif_threshold.wording import GRADE_SHAPES, capital, choices, long_word, word

PLOIDIES = choices(Ploidy)
PER = {each: choices(Denominator)[each] for each in ("treatment_cycle", "embryo_transfer", "retrieval")}
OUTCOMES = choices(Outcome, Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED)
RESULTS = choices(TransferResult)
ROUTES = {each: choices(Route)[each] for each in ("live_birth", "prediction_model", "clinic_rate", "age_table")}
EGG_SOURCES = choices(EggSource)
YES_NO = choices(Verdict, Verdict.NOT_KNOWN)
YES_NO_UNKNOWN = choices(Verdict)
CAUSES = choices(InfertilityCause)
ATTEMPTS = choices(Attempt)
PREGNANCIES = choices(PregnancyHistory)
MEDICATIONS = choices(CycleMedication)
FINDINGS = choices(Finding)
CONCERNS = {each: long_word(each) for each in Concerns}

# A word, a shape and a colour each; the report uses the same shapes.
GRADES = {
    grade: f":{colour}-badge[{GRADE_SHAPES[grade]} {capital(word(grade))}]"
    for grade, colour in zip(Grade, ("green", "orange", "red"), strict=True)
}
# Verdicts are no grades: shapes and words, without a colour.
PROTOCOL_VERDICTS = {
    verdict: f":gray-badge[{shape} {capital(long_word(verdict))}]"
    for verdict, shape in zip(ProtocolVerdict, "■□?", strict=True)
}
