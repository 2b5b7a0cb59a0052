"""What the choices of the page are called. The values are the words of the case."""

PLOIDIES = {"untested": "Untested", "euploid": "Euploid", "low_level_mosaic": "Low-level mosaic"}
PER = {"treatment_cycle": "Treatment cycle", "embryo_transfer": "Embryo transfer", "retrieval": "Egg retrieval"}
OUTCOMES = {
    "positive_test": "Positive test",
    "implantation": "Implantation",
    "clinical_pregnancy": "Clinical pregnancy",
    "live_birth": "Live birth",
}
RESULTS = {
    "no_positive_test": "No positive test",
    "biochemical": "Biochemical pregnancy",
    "pregnancy_loss": "Pregnancy loss",
    "live_birth": "Live birth",
}
ROUTES = {
    "live_birth": "Live-birth chance",
    "prediction_model": "Prediction model",
    "clinic_rate": "Clinic's own rate",
    "age_table": "ESHRE's table",
}
EGG_SOURCES = {"own": "Own", "donor": "Donor"}
YES_NO = {"yes": "Yes", "no": "No"}
YES_NO_UNKNOWN = {"yes": "Yes", "no": "No", "not_known": "Not known"}
CAUSES = {
    "unknown": "Unknown",
    "damaged_tubes": "Damaged tubes",
    "irregular_ovulation": "Irregular ovulation",
    "endometriosis": "Endometriosis",
    "cervical": "Cervical",
    "low_sperm_count": "Low sperm count",
    "more_than_one": "More than one",
}
ATTEMPTS = {"first": "First", "second": "Second", "third_or_more": "Third or later"}
PREGNANCIES = {
    "no_ivf_never_pregnant": "No IVF before, never pregnant",
    "no_ivf_spontaneous_pregnancy_no_birth": "No IVF before, pregnant without a birth",
    "no_ivf_spontaneous_live_birth": "No IVF before, a live birth",
    "previous_ivf_no_pregnancy": "IVF before, no pregnancy from it",
    "previous_ivf_pregnancy_no_birth": "IVF before, pregnancy without a birth",
    "previous_ivf_live_birth": "IVF before, a live birth",
}
MEDICATIONS = {
    "antioestrogen": "Anti-oestrogen",
    "gonadotrophin": "Gonadotrophin",
    "hormone_replacement": "Hormone replacement (frozen transfer)",
}
FINDINGS = {"normal": "Normal", "abnormal": "Abnormal", "not_done": "Not done", "not_known": "Not known"}
# A word, a shape and a colour each; the report uses the same shapes.
GRADES = {
    "recommended": ":green-badge[● Recommended]",
    "can_be_considered": ":orange-badge[◇ Can be considered]",
    "not_recommended": ":red-badge[✕ Not recommended]",
}
# Verdicts are no grades: shapes and words, without a colour.
PROTOCOL_VERDICTS = {
    "meets_entry_criteria": ":gray-badge[■ Meets the published entry criteria]",
    "does_not_meet": ":gray-badge[□ Does not meet the published entry criteria]",
    "cannot_say": ":gray-badge[? Cannot say whether it meets them]",
}
CONCERNS = {"female": "the woman", "male": "the man", "both": "both partners"}
SERIOUSNESS = {
    "contraindicated": "Contraindicated, on the label or in pregnancy",
    "serious": "Serious interaction",
    "caution": "Caution",
    "no_labelled_row": "No labelled row found",
}
# What the fields are called on the page, for messages that name them.
FIELD_LABELS = {
    "oocyte_age_years": "Age at egg retrieval",
    "ploidy": "Embryos",
    "failed_transfers": "Failed transfers",
    "live_birth_percent": "Live-birth chance",
    "live_birth_per": "What the live-birth chance is per",
    "clinic_successes": "Successes",
    "clinic_transfers": "Out of transfers",
    "clinic_percent": "The clinic's rate",
    "clinic_outcome": "What a success is",
    "threshold_percent": "Threshold",
    "minimum_transfers": "Fewest transfers",
    "primary_route": "Answer with",
    "medications": "Other medicines",
}
