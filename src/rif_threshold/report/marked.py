"""A text of the catalogue as HTML: stars are bold, what stands between isolates is English, everything is escaped."""

from markupsafe import Markup, escape

from rif_threshold.report.catalogue import CLOSE, OPEN

_ENGLISH = Markup('<bdi lang="en" dir="ltr">')


def said(text: str) -> Markup:
    """Words between stars in bold, a run between isolates as English, everything escaped.

    >>> print(said("about *70* <"))
    about <strong>70</strong> &lt;
    """
    parts = text.replace("。 ", "。").split("*")
    marked = Markup().join(
        Markup("<strong>{}</strong>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )
    return marked.replace(OPEN, _ENGLISH).replace(CLOSE, Markup("</bdi>"))
