"""Work-up: not yet or now, and why; then one line an item, with what is known and what follows."""

from rif_threshold.ui import answer, judging, markdown, workup
from rif_threshold.ui.numbered import Numbered, keys_of
from rif_threshold.ui.strip import strip
from rif_threshold.ui.whole import say
from rif_threshold.vocabulary import Part

judged = judging.judge(Part.WORKUP)
strip(judged)
judged = judging.of_part(judged)
beside = judging.beside(judged)
assessment = judging.answered(judged)
lists = assessment.workup if assessment is not None else None
cited = Numbered(keys_of(Part.WORKUP))
if assessment is not None and lists is not None:
    answer.repeated(assessment)
    say("statement", markdown.statement(lists.statement))
if not judged.untouched:
    workup.show(lists, beside, cited)
    say("sources", f"## Sources\n\n{cited.listed()}")
if assessment is not None:
    answer.footer(assessment)
