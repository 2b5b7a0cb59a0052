"""Answers that cannot be true together are refused, by rules that lie in a table."""

from collections.abc import Iterator

from rif_threshold import tables
from rif_threshold.case import Case
from rif_threshold.errors import Problem
from rif_threshold.pathway.facts import domains, facts, values_as_answered
from rif_threshold.pathway.medications import told_by
from rif_threshold.pathway.reading import check_rules, lists
from rif_threshold.record import Record
from rif_threshold.rules import Condition, evaluate
from rif_threshold.tables import Folder
from rif_threshold.vocabulary import Verdict

CONTRADICTIONS = "pathways/contradictions.toml"


class Contradiction(Record):
    """What cannot be true together, where it stands in a case, and what is said of it."""

    id: str
    fields: tuple[str, ...]
    says: str
    when: Condition


@tables.reads(CONTRADICTIONS)
def contradictions(folder: Folder) -> tuple[Contradiction, ...]:
    """Every contradiction that is looked for. Raises `TableError`, also for a field that no case has."""
    found = []
    for data in lists(folder, CONTRADICTIONS, "contradiction")[0]:
        where = f'id = "{data.get("id", "")}"'
        entry = tables.parse(folder, CONTRADICTIONS, Contradiction, data, where)
        if unknown := [field for field in entry.fields if not _is_field(field, folder)]:
            raise folder.error(CONTRADICTIONS, f"no case has a field {unknown[0]!r}", where)
        found.append(entry)
    rules = [(f'id = "{entry.id}"', entry.when) for entry in found]
    check_rules(folder, CONTRADICTIONS, rules, domains(folder))
    return tuple(found)


def _is_field(field: str, folder: Folder) -> bool:
    name, _, part = field.partition(".")
    return name in Case.model_fields and (name != "answers" or part in facts(folder))


def contradiction_problems(case: Case) -> Iterator[Problem]:
    """Yield what cannot be true together. The fields involved are joined by ``, `` in ``field``."""
    values = values_as_answered(case, None, told_by(case.medications or ()))
    for entry in contradictions():
        if evaluate(entry.when, values).verdict == Verdict.YES:
            given = {field: shown for field in entry.fields if (shown := _given(case, field)) is not None}
            yield Problem(", ".join(given), ", ".join(filter(None, given.values())), entry.says, "cross_field")


def _given(case: Case, field: str) -> str | None:
    """What a case has in a field, short enough to repeat; ``None`` where nothing."""
    name, _, part = field.partition(".")
    inside = getattr(case, name)
    if name == "history":
        return None if inside is None else ""
    if part:
        inside = inside.get(part) if name == "answers" else getattr(inside, part, None)
    if isinstance(inside, tuple):
        return "; ".join(map(str, inside))
    return None if inside is None else str(inside)
