"""The version, in one place."""

__version__ = "0.2.0.dev0"
SCHEMA_VERSION = 2
"""Of the JSON of cases and assessments. A higher one reads what a lower one wrote, as it was meant."""
