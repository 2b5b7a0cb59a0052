"""Make the samples in docs/samples again: `python scripts/samples.py`. The pictures need pdftoppm (poppler-utils)."""

import datetime
import json
import shutil
import subprocess
from pathlib import Path

from rif_threshold import assess
from rif_threshold.report import report

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/samples"
DATE = datetime.date(2026, 11, 22)
PLAIN = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
BOTH = PLAIN | {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle"}
FULL = json.loads((ROOT / "tests/cases/tacrolimus_comedication.json").read_text("utf-8"))
SAMPLES = {
    "couple-sheet.pdf": (PLAIN, "sheet.pdf"),
    "couple-sheet.html": (PLAIN, "sheet.html"),
    "clinician-report.pdf": (FULL, "report.pdf"),
    "clinician-note.txt": (BOTH, "note.txt"),
    "fhir-risk-assessment.json": (BOTH, "fhir.json"),
}

FOLDER.mkdir(parents=True, exist_ok=True)
for name, (case, kind) in SAMPLES.items():
    (FOLDER / name).write_bytes(report(assess(case), kind, date=DATE).content)
if drawer := shutil.which("pdftoppm"):
    for grey, name in (((), "couple-sheet"), (("-gray",), "couple-sheet-grey")):
        command = [
            drawer,
            "-r",
            "80",
            *grey,
            "-png",
            "-singlefile",
            str(FOLDER / "couple-sheet.pdf"),
            str(FOLDER / name),
        ]
        subprocess.run(command, check=True)
