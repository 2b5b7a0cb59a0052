"""The published tacrolimus protocols: read from the tables, and each judged by its own entry rule."""

from decimal import Decimal
from string import Formatter

from rif_threshold import tables
from rif_threshold.pathway.facts import domains, here, labels
from rif_threshold.pathway.reading import Amount, Cited, check_rules, csv_entries, entries, lists
from rif_threshold.record import Record
from rif_threshold.rules import Condition, Judgement, Value, Values, combine, evaluate, together
from rif_threshold.tables import Folder
from rif_threshold.vocabulary import ProtocolKind, ProtocolVerdict, Verdict

PROTOCOLS = "pathways/protocols.toml"
DOSE_BANDS = "pathways/dose_bands.csv"

IMMEDIATE_RELEASE = "immediate_release"
_MAY_BE_HELD = frozenset({ProtocolVerdict.ON_HOLD, ProtocolVerdict.CANNOT_SAY})


class Asked(Record):
    """One entry criterion of a protocol: what it asks for."""

    asks: str
    note: str = ""


class Doubt(Record):
    """Why a criterion that comes out *no* cannot be called that: another reading, or a source that names no test.

    ``says`` is the reason, with facts of the case in braces. Without ``when`` the doubt always holds.
    """

    says: str
    when: Condition | None = None


class CriterionEntry(Asked):
    """One entry criterion, as the table has it: when it is met, and when a no is in doubt."""

    when: Condition
    doubt: Doubt | None = None


class Published(Cited):
    """One published protocol: what it is, what it found, and its limits."""

    id: str
    label: str
    study: str
    kind: ProtocolKind
    named: str
    cut_off: str = ""
    start: str
    stop: str
    dose_note: str = ""
    indirect: bool = False
    indirect_note: str = ""
    found: tuple[str, ...]
    limits: tuple[str, ...]


class ProtocolEntry(Published):
    """One published protocol, as the table has it: its entry criteria, if it gives them."""

    criteria_given: bool = True
    criteria_note: str = ""
    criterion: tuple[CriterionEntry, ...] = ()


class DoseRow(Cited):
    """One published dose, as the table has it."""

    id: str
    protocol: str = ""
    ratio_from: Amount | None = None
    ratio_below: Amount | None = None
    dose_as_published: str
    schedule: str = ""
    note: str = ""


class DoseBand(DoseRow):
    """One published dose beside a case. ``marked`` says that the entered ratio lies in this band of that study."""

    marked: bool = False


class Criterion(Asked):
    """One entry criterion judged for a case: what is asked for, and what is known here.

    ``doubt`` says why it cannot be said although nothing is missing.
    """

    verdict: Verdict
    here: str
    missing: tuple[str, ...]
    doubt: str


class Protocol(Published):
    """One published protocol for one case.

    Attributes:
        kind: what kind of publication it stands in.
        named: what it is called in a sentence; two protocols of one study share the name.
        cut_off: by what the protocols of one study differ.
        verdict: whether the case meets the published entry criteria. Never whether to treat.
        held_by: what holds, by name, where it is on hold or cannot be said.
        because: the reasons, in words.
        missing: the facts that it still needs, by name.
        criteria: each criterion with its own answer.
        indirect: another disease.
        dose_bands: what the protocol gave; empty unless the criteria are met, nothing stops or holds, and the
            formulation is known to be immediate release.
        dose_note: what is to be said of the dose.
        start: when treatment began in it.
        stop: when it ended.
        found: what it found, with counts.
        limits: what limits that.
    """

    verdict: ProtocolVerdict
    held_by: tuple[str, ...]
    because: tuple[str, ...]
    missing: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    dose_bands: tuple[DoseBand, ...]


class Gate(Record):
    """What the lists above all protocols came to: what stops, what holds, and what is open of each."""

    stopped_by: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    open_stops: tuple[str, ...] = ()
    open_holds: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@tables.reads(PROTOCOLS)
def protocols(folder: Folder) -> tuple[ProtocolEntry, ...]:
    """Every published protocol. Raises `TableError`, also where its criteria contradict each other."""
    found = entries(folder, PROTOCOLS, ProtocolEntry, lists(folder, PROTOCOLS, "protocol")[0])
    for entry in found:
        where = f'id = "{entry.id}"'
        if entry.criteria_given != bool(entry.criterion):
            raise folder.error(
                PROTOCOLS, f"{entry.id}: criteria are needed exactly where criteria_given is true", where
            )
        if entry.indirect != bool(entry.indirect_note):
            raise folder.error(PROTOCOLS, f"{entry.id}: indirect = true and its note belong together", where)
        conditions = [criterion.when for criterion in entry.criterion]
        doubts = [each.doubt for each in entry.criterion if each.doubt]
        ruled = [*conditions, *(doubt.when for doubt in doubts if doubt.when)]
        check_rules(folder, PROTOCOLS, [(where, condition) for condition in ruled], domains(folder))
        named = {name for doubt in doubts for _, name, _, _ in Formatter().parse(doubt.says) if name is not None}
        if unknown := sorted(named - domains(folder).keys()):
            raise folder.error(PROTOCOLS, f"the fact {unknown[0]!r} is not known", where)
        if together(conditions, domains(folder)) is None:
            raise folder.error(PROTOCOLS, f"{entry.id}: its criteria can never all be met", where)
    return found


@tables.reads(DOSE_BANDS)
def dose_rows(folder: Folder) -> tuple[DoseRow, ...]:
    """Every published dose, whole. Raises `TableError`, also where the bands of a protocol overlap."""
    rows = csv_entries(folder, DOSE_BANDS, DoseRow)
    known = {entry.id for entry in protocols(folder)}
    for row in rows:
        where = f"\n{row.id},"
        if unknown := set(row.protocol.split()) - known:
            raise folder.error(DOSE_BANDS, f"no protocol has the id {', '.join(sorted(unknown))}", where)
        if row.ratio_from is None and row.ratio_below is not None:
            raise folder.error(DOSE_BANDS, "a band needs its lower limit", where)
        for other in rows:
            shared = set(row.protocol.split()) & set(other.protocol.split())
            if other.id != row.id and shared and row.ratio_from is not None and _in_band(other, row.ratio_from):
                raise folder.error(DOSE_BANDS, f"the bands {other.id} and {row.id} overlap", where)
    return rows


def _in_band(row: DoseRow, ratio: Value | None) -> bool:
    """Whether a ratio lies in a printed band."""
    if not isinstance(ratio, Decimal) or row.ratio_from is None:
        return False
    return row.ratio_from <= ratio and (row.ratio_below is None or ratio < row.ratio_below)


def judge(entry: ProtocolEntry, values: Values, gate: Gate) -> Protocol:
    """Judge one protocol by its own entry rule, below the lists that stand above all of them. Fails closed."""
    judged = [_judged(criterion, values) for criterion in entry.criterion]
    entry_rule = combine(judgement for judgement, _ in judged)
    criteria = tuple(
        Criterion.of(
            criterion,
            verdict=judgement.verdict,
            here=here(judgement.decided, values),
            missing=judgement.missing,
            doubt=doubt,
        )
        for criterion, (judgement, doubt) in zip(entry.criterion, judged, strict=True)
    )
    verdict = _verdict(entry, entry_rule, gate)
    return Protocol.of(
        entry,
        verdict=verdict,
        held_by=gate.held_by if verdict in _MAY_BE_HELD else (),
        because=tuple(_because(entry, criteria, verdict, gate)),
        missing=(*entry_rule.missing, *gate.missing) if verdict == ProtocolVerdict.CANNOT_SAY else (),
        criteria=criteria,
        dose_bands=_dose_bands(entry, verdict, values),
        dose_note=_dose_note(entry, verdict, values),
    )


def _judged(criterion: CriterionEntry, values: Values) -> tuple[Judgement, str]:
    """What a criterion comes to, and why a no is in doubt and so is not known."""
    found, doubt = evaluate(criterion.when, values), criterion.doubt
    if found.verdict != Verdict.NO or doubt is None:
        return found, ""
    if doubt.when is not None and evaluate(doubt.when, values).verdict != Verdict.YES:
        return found, ""
    return Judgement(Verdict.NOT_KNOWN, decided=found.decided), doubt.says.format_map(values)


def _verdict(entry: ProtocolEntry, entry_rule: Judgement, gate: Gate) -> ProtocolVerdict:
    """What is no decides first, then what is not known, then what holds. A hold that is not known comes last."""
    if gate.stopped_by or (entry.criteria_given and entry_rule.verdict == Verdict.NO):
        return ProtocolVerdict.DOES_NOT_MEET
    if not entry.criteria_given or entry_rule.verdict == Verdict.NOT_KNOWN or gate.open_stops:
        return ProtocolVerdict.CANNOT_SAY
    if gate.held_by:
        return ProtocolVerdict.ON_HOLD
    return ProtocolVerdict.CANNOT_SAY if gate.open_holds else ProtocolVerdict.MEETS_ENTRY_CRITERIA


def _because(entry: ProtocolEntry, criteria: tuple[Criterion, ...], verdict: ProtocolVerdict, gate: Gate) -> list[str]:
    """The reasons for a verdict, in words."""
    reasons = [f"Stopped: {'; '.join(gate.stopped_by)}."] if gate.stopped_by else []
    if entry.criteria_note:
        reasons.append(entry.criteria_note)
    if verdict == ProtocolVerdict.MEETS_ENTRY_CRITERIA:
        return [f"Asks for {each.asks}. Here: {each.here}." for each in criteria]
    refused = [each for each in criteria if each.verdict == Verdict.NO]
    reasons += [f"Asks for {each.asks}. Here: {each.here}." for each in refused]
    if verdict in _MAY_BE_HELD:
        unknown = [each for each in criteria if each.verdict == Verdict.NOT_KNOWN]
        still_open = (*gate.open_stops, *gate.open_holds)
        reasons += [f"Asks for {each.asks}. {_unknown(each)}." for each in unknown]
        reasons += [f"On hold: {'; '.join(gate.held_by)}."] if gate.held_by else []
        reasons += [f"Not answered: {'; '.join(still_open)}."] if still_open else []
    return reasons


def _unknown(criterion: Criterion) -> str:
    return f"Cannot be said: {criterion.doubt}" if criterion.doubt else f"Not known: {labels(criterion.missing)}"


def _dose_bands(entry: ProtocolEntry, verdict: ProtocolVerdict, values: Values) -> tuple[DoseBand, ...]:
    """What the protocol gave: the whole printed table, the same for everyone, with the band of the ratio marked."""
    if _no_dose(verdict, values):
        return ()
    return tuple(
        DoseBand.of(row, marked=_in_band(row, values["th1_th2_ratio"]))
        for row in dose_rows()
        if entry.id in row.protocol.split()
    )


def _no_dose(verdict: ProtocolVerdict, values: Values) -> str:
    """Why no dose is shown. Empty only where the criteria are met and the formulation is known to fit: fails closed."""
    formulation = values["formulation"]
    if verdict != ProtocolVerdict.MEETS_ENTRY_CRITERIA:
        return "No dose is shown: the entry criteria are not met, or something stops or holds, or is not known."
    if formulation != IMMEDIATE_RELEASE:
        said = "the formulation is not answered" if formulation is None else "another formulation is meant"
        return f"No dose is shown: {said}, and published doses are for immediate release where it is stated."
    return ""


def _dose_note(entry: ProtocolEntry, verdict: ProtocolVerdict, values: Values) -> str:
    if why_not := _no_dose(verdict, values):
        return why_not
    if not any(entry.id in row.protocol.split() for row in dose_rows()):
        return entry.dose_note
    return f"What the protocol gave, the same for everyone. It is no advice on a dose. {entry.dose_note}".strip()
