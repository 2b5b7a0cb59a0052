"""What the choices of the page are called, made from the closed lists. The values are those of a case."""

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
PROTOCOL_VERDICTS = {
    verdict: f":gray-badge[{shape} {capital(long_word(verdict))}]"
    for verdict, shape in zip(ProtocolVerdict, "■□?", strict=True)
}
