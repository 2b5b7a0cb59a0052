"""What is taken as possible in a register, from ``tables/register/checks.toml``. All of it is ours."""

from rif_threshold.record import Count, Record
from rif_threshold.tables import Folder, parse, reads

CHECKS = "register/checks.toml"


class Limits(Record):
    """What is taken as possible in a register.

    Attributes:
        age_change_years: by fewer years than these the oocyte's age may change from one transfer to the next.
        first_year: of a date of transfer.
        last_year: of a date of transfer.
        oldest_birth_years: how many years before the first a date of birth may lie.
    """

    age_change_years: Count
    first_year: Count
    last_year: Count
    oldest_birth_years: Count


@reads(CHECKS)
def limits(folder: Folder) -> Limits:
    """What is taken as possible. Raises `TableError`."""
    read = parse(folder, CHECKS, Limits, folder.toml(CHECKS), None)
    if read.last_year < read.first_year:
        raise folder.error(CHECKS, "the last year lies before the first", "last_year")
    return read
