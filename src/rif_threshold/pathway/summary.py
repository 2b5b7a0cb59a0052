"""Which protocols are met, on hold or open, in one text: by kind and by name, and never as a number of them all."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rif_threshold.pathway.medications import MatchStatus, Medication
from rif_threshold.pathway.protocols import Gate, Protocol
from rif_threshold.vocabulary import ProtocolKind, ProtocolVerdict
from rif_threshold.wording import long_word

_NO_ADVICE = "This is not advice to treat."


def summary(judged: tuple[Protocol, ...], gate: Gate, medications: tuple[Medication, ...]) -> str:
    """Name what is met, on hold and open, and what stops; say that it is no advice.

    A web page is not a study, and a study of women who all gave birth says nothing about implantation. So each kind
    is named apart, and a study that has two cut-offs is named once. What rests on the user's own check says so.
    """
    checked = "; ".join(each.typed for each in medications if each.status == MatchStatus.CHECKED)
    of = {verdict: [each for each in judged if each.verdict == verdict] for verdict in ProtocolVerdict}
    met, held, unsaid = (
        of[each] for each in (ProtocolVerdict.MEETS_ENTRY_CRITERIA, ProtocolVerdict.ON_HOLD, ProtocolVerdict.CANNOT_SAY)
    )
    undecided = len(unsaid) == len(judged)
    none = "of none without a hold" if held else "of none so far" if unsaid else "of none"
    begins = "No entry criteria are decided yet" if undecided else f"Meets the entry criteria {_by_kind(met) or none}"
    return " ".join(
        (
            f"{begins}.",
            _NO_ADVICE,
            *(f"Stopped: {'; '.join(gate.stopped_by)}." for _ in gate.stopped_by[:1]),
            *(f"On hold ({'; '.join(gate.held_by)}), every criterion met: those {_by_kind(held)}." for _ in held[:1]),
            *(f"Cannot be said: those {_by_kind(unsaid)}." for _ in unsaid[:1] if not undecided),
            *(f"What holds all the same: {'; '.join(gate.held_by)}." for _ in gate.held_by[:1] if unsaid and not held),
            *("The others: not met." for _ in of[ProtocolVerdict.DOES_NOT_MEET][:1] if met or held),
            *(f"Checked by the user in the product text, not by us: {checked}." for _ in [checked] if checked),
        )
    )


def _by_kind(found: Iterable[Protocol]) -> str:
    kinds = {kind: [each for each in found if each.kind == kind] for kind in ProtocolKind}
    return "; ".join(f"{long_word(kind)}: {', '.join(protocol_names(each))}" for kind, each in kinds.items() if each)


def protocol_names(found: Iterable[Protocol]) -> Iterator[str]:
    """The protocols by name, those of one study together with what they differ by."""
    for named, alike in groupby(found, key=lambda each: each.named):
        cut_offs = [each.cut_off for each in alike if each.cut_off]
        yield f"{named} (cut-off{'s' if len(cut_offs) > 1 else ''} {' and '.join(cut_offs)})" if cut_offs else named
