"""A language for review: what its catalogue lacks, each text beside the English one, and ten couples side by side.

    make review LANGUAGE=fa

Writes ``.artifacts/review-<language>.html``, and each sheet as PDF beside it.
"""

import datetime
import html
import sys
from pathlib import Path

from rif_threshold import assess
from rif_threshold.errors import InvalidInput, TableError
from rif_threshold.report import ENGLISH, report
from rif_threshold.report.words import words

ROOT = Path(__file__).parents[1]
MADE = ROOT / ".artifacts"
ALIKE = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
OWN = {"clinic_successes": 52, "clinic_transfers": 200, "clinic_outcome": "clinical_pregnancy"}
NO_TEST = {"result": "no_positive_test"}
MIXED = {
    "oocyte_age_years": 38,
    "ploidy": "euploid",
    "history": [
        NO_TEST | {"oocyte_age_years": 36, "ploidy": "untested"},
        NO_TEST | {"oocyte_age_years": 37, "per_transfer_percent": "40.5"},
    ],
}
COUPLES = {
    "not yet": ALIKE,
    "reached": ALIKE | {"failed_transfers": 4},
    "none so far": ALIKE | {"failed_transfers": 0},
    "long crossed": ALIKE | {"failed_transfers": 9},
    "own counts": ALIKE | OWN,
    "not countable": {"failed_transfers": 4, "clinic_percent": "1.5", "clinic_outcome": "implantation"},
    "mixed": MIXED,
    "bounds": {"oocyte_age_years": 36, "ploidy": "low_level_mosaic", "failed_transfers": 3},
    "age not known": {"ploidy": "untested", "failed_transfers": 3},
    "losses": {"oocyte_age_years": 36, "ploidy": "untested", "history": [{"result": "biochemical"}] * 4},
}


def texts(language: str) -> str:
    """Every text beside the English one, as rows of a table."""
    chosen, original = words(language, incomplete=True), words().catalogue.texts
    direction, rows = chosen.direction, []
    for key, english in original.items():
        ours = chosen.catalogue.texts.get(key, ("",))
        cells = (key, "\n".join(dict.fromkeys(english)), "\n".join(dict.fromkeys(ours)))
        one, two, three = map(html.escape, cells)
        rows.append(f'<tr><td>{one}<td>{two}<td lang="{language}" dir="{direction}">{three}')
    return "\n".join(rows)


def main(language: str) -> None:
    """Make the page for one language, and say what it lacks."""
    try:
        chosen = words(language, incomplete=True)
    except (InvalidInput, TableError) as error:
        sys.exit(str(error))
    lacking = [key for key in words().catalogue.texts if key in chosen.english]
    print(f"{language}: {len(lacking)} texts are missing", *lacking, sep="\n  ")
    print(f"reviewed: {chosen.catalogue.review} {chosen.catalogue.reviewed}".rstrip())
    MADE.mkdir(exist_ok=True)
    day, parts = datetime.date.today(), []  # noqa: DTZ011 - the day on this desk
    for name, case in COUPLES.items():
        answer = assess(case)
        both = []
        for each in (ENGLISH, language):
            page = report(answer, "sheet.html", each, date=day, incomplete=True).content.decode()
            both.append(f'<iframe title="{name}, {each}" srcdoc="{html.escape(page)}"></iframe>')
        parts.append(f"<h2>{name}</h2><div>{''.join(both)}</div>")
        try:
            made = report(answer, "sheet.pdf", language, date=day, incomplete=True).content
        except InvalidInput as error:
            sys.exit(str(error))
        (MADE / f"review-{language}-{name.replace(' ', '-')}.pdf").write_bytes(made)
    style = "div{display:flex} iframe{flex:1;height:310mm} td{border:1px solid #999;white-space:pre-wrap}"
    head = f'<!DOCTYPE html><meta charset="utf-8"><title>Review: {language}</title><style>{style}</style>'
    page = MADE / f"review-{language}.html"
    page.write_text(f"{head}{''.join(parts)}<h2>Every text</h2><table>{texts(language)}</table>", "utf-8")
    print(page.relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1])
