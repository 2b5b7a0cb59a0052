"""What the choices of the page are called, made from the closed lists. The values are those of a case."""

from rif_threshold.pathway import Protocol
from rif_threshold.vocabulary import Concerns, Finding, Grade, ProtocolVerdict, Verdict
from rif_threshold.wording import GRADE_SHAPES, capital, choices, long_word, word

YES_NO_UNKNOWN = choices(*Verdict)
FINDINGS = choices(*Finding)
CONCERNS = {each: long_word(each) for each in Concerns}

# A word, a shape and a colour each; the report uses the same shapes.
GRADES = {
    grade: f":{colour}-badge[{GRADE_SHAPES[grade]} {capital(word(grade))}]"
    for grade, colour in zip(Grade, ("green", "orange", "red"), strict=True)
}
# Verdicts are no grades: shapes and words, without a colour.
_VERDICT_SHAPES = dict(zip(ProtocolVerdict, "■□◧?", strict=True))


def verdict_of(protocol: Protocol) -> str:
    """A protocol's verdict as a badge: a shape and a word."""
    said = capital(word(protocol.verdict).removesuffix(" them"))
    return f":gray-badge[{_VERDICT_SHAPES[protocol.verdict]} {said}]"
