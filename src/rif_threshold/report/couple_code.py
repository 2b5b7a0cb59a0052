"""The couple code: the code on the couple's sheet, which holds what the sheet uses and nothing else.

The sheet uses what the routes are told, the rule, and of findings and answers those that decide which tests and
treatments it names. Medicines, and whatever only the immune step asks, are not in it.
"""

from rif_threshold.assessment import Assessment
from rif_threshold.case import Case
from rif_threshold.report import ENGLISH
from rif_threshold.report.check_code import Code, CodeKind, made_code, or_why
from rif_threshold.report.digests import ANSWER, NONE, answer_digests, canonical, digest
from rif_threshold.report.grades import asked, beside, told
from rif_threshold.report.words import words
from rif_threshold.routes import RouteInputs
from rif_threshold.vocabulary import Grade, Part

HELD = (
    *RouteInputs.model_fields,
    "threshold_percent",
    "minimum_transfers",
    "primary_route",
    "small_percent_confirmed",
)
"""The fields of a case that are held as they are."""
_LOSSES = "miscarriages"
"""Two or more stand first on the sheet, whether it names tests or not."""


def couple_case(assessment: Assessment) -> Case:
    """The case of an assessment, less what its sheet does not use.

    Where the sheet has no list of tests and treatments, nothing is held that decides about one.
    """
    case = assessment.case
    findings, answers = asked() if assessment.workup else (frozenset(), frozenset())
    held = {
        "findings": {name: found for name, found in case.findings.items() if name in findings},
        "answers": {name: text for name, text in case.answers.items() if name in answers | {_LOSSES}},
    }
    return Case().model_copy(update=held | {name: getattr(case, name) for name in HELD})


def couple_code(assessment: Assessment, language: str = ENGLISH) -> str:
    """The couple code of an assessment, for a sheet in one language.

    Raises:
        InvalidInput: where what the sheet uses is too long for a code.
    """
    of_another = "" if language == ENGLISH else language
    return made_code(CodeKind.COUPLE, assessment, couple_case(assessment), couple_digests(assessment), of_another)


def couple_code_or_why(assessment: Assessment, language: str = ENGLISH) -> Code:
    """The couple code, or why there is none."""
    return or_why(lambda: couple_code(assessment, language))


def couple_digests(assessment: Assessment) -> dict[str, bytes]:
    """A short digest of the calculation, and of which tests and treatments the sheet names."""
    named = [[grade, *told(assessment, grade, words()).values()] for grade in Grade]
    workup = digest(canonical([named, beside(assessment)]))[:ANSWER] if assessment.workup else NONE
    return answer_digests(assessment) | {Part.WORKUP: workup, Part.TACROLIMUS: NONE}
