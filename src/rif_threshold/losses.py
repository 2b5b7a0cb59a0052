"""Whether losses are another question, which is to be asked before any number."""

from rif_threshold.case import Case
from rif_threshold.errors import Problem
from rif_threshold.forms import read_count
from rif_threshold.vocabulary import LOSSES


def recurrent_losses(case: Case) -> bool:
    """Whether two pregnancies or more were lost, biochemical ones counted: in the history, or as answered."""
    listed = sum(transfer.result in LOSSES for transfer in case.history or ())
    answered = read_count(case.answers.get("miscarriages", ""), "")
    return max(listed, 0 if isinstance(answered, Problem) else answered) > 1


def losses_first(case: Case) -> str:
    """What stands before every number where losses are another question to be asked first; else nothing."""
    if not recurrent_losses(case):
        return ""
    return "Two or more pregnancies were lost: recurrent pregnancy loss is another question, to be asked first."
