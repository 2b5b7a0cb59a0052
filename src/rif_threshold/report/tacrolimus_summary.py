"""The tacrolimus step in short: what speaks against it first, then each protocol's verdict with its first reason."""

from collections.abc import Iterable, Iterator
from typing import Any

from rif_threshold.pathway import GuidelinePosition, Protocol, Tacrolimus
from rif_threshold.vocabulary import Surface, Verdict
from rif_threshold.wording import protocol_word

_MOST_CONFLICTS, _MOST_LABELS = 3, 6
_SAYS_NOTHING = ("not known", "not applicable")


def gate_summary(step: Tacrolimus) -> dict[str, Any]:
    """The step as plain data for a template."""
    return {
        "against": [each.statement for each in step.against],
        "positions": _halves([_position(each) for each in step.guideline_positions if _says_something(each)]),
        "positions_note": _unsaid(step),
        "threshold": step.threshold,
        "summary": step.summary,
        "gate": list(_gate(step)),
        "protocols": [_protocol(each) for each in step.protocols],
        "conflicts": [
            f"{each.topic}: {each.one_side} Against it: {each.other_side}" for each in step.conflicts[:_MOST_CONFLICTS]
        ],
        "conflicts_note": f"Where sources disagree: {min(_MOST_CONFLICTS, len(step.conflicts))} of"
        f" {len(step.conflicts)} are shown.",
        "medicines": [
            f"{each.typed}: {each.action}." + (f" {each.quoted}." if each.quoted else "") for each in step.interactions
        ],
        "whole": (
            "This page is a summary. Criteria one by one, limits, what was given, start and stop, monitoring,"
            " interactions, pregnancy and every conflict stand on the page of the immune step, in"
            " `rif-threshold tacrolimus` and in the JSON."
        ),
    }


def _halves(lines: list[str]) -> list[list[str]]:
    """The lines in two columns of about the same length of text."""
    half, first = sum(map(len, lines)) / 2, 0
    while sum(map(len, lines[: first + 1])) <= half:
        first += 1
    return [lines[:first], lines[first:]]


def _position(position: GuidelinePosition) -> str:
    return f"{position.body} {position.year}, {_started(position.topic)}: {position.position}"


def _says_something(position: GuidelinePosition) -> bool:
    return position.surface == Surface.TACROLIMUS and position.names_tacrolimus not in _SAYS_NOTHING


def _unsaid(step: Tacrolimus) -> str:
    silent = dict.fromkeys(each.body for each in step.guideline_positions if not _says_something(each))
    return f"Read too little to say, or about something else: {'; '.join(silent)}." if silent else ""


def _started(topic: str) -> str:
    """A topic as the middle of a sentence, unless it begins with an abbreviation."""
    return topic if topic[1:2].isupper() else topic[:1].lower() + topic[1:]


def _gate(step: Tacrolimus) -> Iterator[str]:
    yield _listed("Stops that apply", (each.named for each in step.stops if each.verdict == Verdict.YES))
    yield _listed("Holds that apply", (each.named for each in step.holds if each.verdict == Verdict.YES))
    open_items = [each for each in (*step.stops, *step.holds) if each.verdict == Verdict.NOT_KNOWN]
    yield _listed(f"Not answered ({len(open_items)})", (each.label for each in open_items))


def _listed(title: str, labels: Iterable[str]) -> str:
    """A few labels by name, the rest by number."""
    names = list(labels)
    more = f"; and {len(names) - _MOST_LABELS} more" if len(names) > _MOST_LABELS else ""
    return f"{title}: {'; '.join(names[:_MOST_LABELS]) or 'none'}{more}."


def _protocol(protocol: Protocol) -> dict[str, str]:
    more = len(protocol.because) - 1
    first = protocol.because[0] if protocol.because else ""
    return {
        "label": f"{protocol.label}{' (another disease)' if protocol.indirect else ''} [{protocol.source.key}]",
        "verdict": protocol_word(protocol.verdict, protocol.held_by),
        "because": f"{first} ({more} more)" if more > 0 else first,
        "found": protocol.found[0] if protocol.found else "",
    }
