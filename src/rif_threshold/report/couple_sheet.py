"""What the couple sheet says: one page of plain strings, the same as HTML, as PDF and on the screen."""

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rif_threshold.assessment import Assessment
from rif_threshold.report.couple_code import couple_code_or_why
from rif_threshold.report.fonts import families
from rif_threshold.report.grades import plain_grades, purpose
from rif_threshold.report.plain import Plain
from rif_threshold.report.shapes import Icon, grade_shape, icon_array, mark, qr
from rif_threshold.report.words import Words
from rif_threshold.sentences import pregnant_now
from rif_threshold.vocabulary import Grade


@dataclass(frozen=True)
class Column:
    """One column of the small table."""

    transfer: str
    yes: str
    no: str
    mark: str = ""


@dataclass(frozen=True)
class GradeBox:
    """The tests and treatments of one grade."""

    grade: Grade
    name: str
    items: str


@dataclass(frozen=True)
class Sheet:
    """Everything that is said. ``*stars*`` stand for bold. Lists may be empty: their part is left out then.

    ``people`` are those of 100 who are drawn as pregnant, ``maybe`` those of whom it cannot be said; ``None`` where
    there is no number. ``framing`` is a sentence, and one for each kind that is drawn.
    """

    language: str
    direction: str
    labels: dict[str, str]
    first_line: str
    standing: tuple[str, ...]
    people: int | None = None
    maybe: int = 0
    picture_words: str = ""
    framing: tuple[str, ...] = ()
    not_a_baby: str = ""
    box: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    range: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    grades_title: str = ""
    grades: tuple[GradeBox, ...] = ()
    grades_note: str = ""
    teach: tuple[str, ...] = ()
    lines: int = 2
    sources: tuple[str, ...] = ()
    translation: tuple[str, ...] = ()


_LINES_WITHOUT_NUMBER = 9
_LABELS = (
    "title", "clinic", "box_title", "table_title", "table_after", "table_yes", "table_no", "range_title",
    "used_title", "options_title", "questions_title", "teach_title", "source_title", "no_medicine", "reference",
)  # fmt: skip


def sheet(assessment: Assessment, words: Words) -> Sheet:
    """The couple sheet of an assessment. Where the primary route was refused it has no number, and says why."""
    plain = Plain(assessment, words)
    title, boxes, note = _grades(assessment, words, plain)
    common: dict[str, Any] = {
        "language": words.language,
        "direction": words.direction,
        "labels": {name: words(name) for name in _LABELS},
        "grades_title": title,
        "grades": boxes,
        "grades_note": note,
        "options": plain.options(),
        "sources": tuple(plain.sources()),
        "translation": words.notes(),
    }
    if pregnant_now(assessment):
        return Sheet(
            **plain.led(words("ongoing"), *plain.first_of_all(), words("ongoing_more")),
            lines=_LINES_WITHOUT_NUMBER,
            **common | {"options": (), "grades_title": "", "grades": (), "grades_note": ""},
        )
    if plain.answer is None:
        return Sheet(
            **plain.led(
                words("first_line_refused"),
                *plain.first_of_all(),
                *dict.fromkeys(plain.refusals()),
                words("refused_more"),
            ),
            teach=(words("teach_no_number"), words("teach_options")),
            lines=_LINES_WITHOUT_NUMBER,
            **common,
        )
    return Sheet(
        **plain.led(plain.first_line(), *plain.first_of_all(), *plain.standing()),
        **_picture(plain, words),
        framing=plain.framing(),
        not_a_baby=words("not_a_baby"),
        box=plain.box(),
        columns=tuple(_columns(plain, words)),
        range=(*plain.range_(), words("assumption")),
        used=tuple(plain.used()),
        teach=plain.teach(),
        **common,
    )


def _picture(plain: Plain, words: Words) -> dict[str, Any]:
    """The picture of 100 couples: those with a pregnancy, those of whom it cannot be said, and the rest."""
    first, maybe = plain.people()
    counted = {"yes": first, "maybe": maybe, "no": 100 - first - maybe}
    numbers = {name: words.number(str(count)) for name, count in counted.items() if name != "maybe" or maybe}
    text = words("picture_between" if maybe else "picture", **numbers)
    return {"people": first, "maybe": maybe, "picture_words": text}


def _columns(plain: Plain, words: Words) -> Iterator[Column]:
    """The table to one transfer past the answer; no more than eight columns, those that matter."""
    assert plain.answer is not None  # noqa: S101 - asked by the caller
    here, line = plain.answer.failed_transfers, plain.answer.transfers_to_threshold
    for number in plain.table_transfers():
        yes, no = _cells(plain, number)
        text = {
            (True, True): "table_here_line", (True, False): "table_here", (False, True): "table_line",
        }.get((number == here, number == line))  # fmt: skip
        yield Column(words.number(str(number)), yes, no, words(text) if text else "")


def _cells(plain: Plain, number: int) -> tuple[str, str]:
    """Both counts after a transfer; where the chance lies between two ends, both ends of each."""
    ends = plain.curve[number - 1]
    (few, many), (most, fewest) = zip(*map(plain.counts.cells, ends), strict=True)
    if ends.agreed is not None:
        return few, most
    return plain.words("cell_between", low=few, high=many), plain.words("cell_between", low=fewest, high=most)


def _grades(assessment: Assessment, words: Words, plain: Plain) -> tuple[str, tuple[GradeBox, ...], str]:
    answer = plain.answer
    title = words("grades_title_now")
    countable = answer is not None and not answer.counting_cannot_tell
    if answer is not None and countable and answer.reached is False and answer.transfers_to_threshold is not None:
        later = answer.transfers_to_threshold
        title = words("grades_title_later", later, n=words.number(str(later)))
    boxes = tuple(GradeBox(grade, name, words.listed(items)) for grade, name, items in plain_grades(assessment, words))
    return title, boxes, purpose(assessment, words) if boxes else words("grades_left_out")


def paper(assessment: Assessment, words: Words, date: datetime.date) -> dict[str, Any]:
    """The sheet as plain data for a template: what is said, the drawings, the day and the couple code."""
    page, code = sheet(assessment, words), couple_code_or_why(assessment, words.language)
    return asdict(page) | {
        "made": words("made", date=words.date(date), version=assessment.software.version),
        "picture": ""
        if page.people is None
        else icon_array(page.people, page.picture_words, page.maybe, page.direction),
        "fonts": families(words),
        "marks": [mark(icon) for icon in Icon if page.maybe or icon != Icon.MAYBE],
        "grades": [asdict(box) | {"shape": grade_shape(box.grade, box.name)} for box in page.grades],
        "code": code.text,
        "code_note": words("code" if code.text else "code_too_long"),
        "qr": qr(code.text, words("code")) if code.text else "",
    }
