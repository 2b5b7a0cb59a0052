"""Charts: an `Assessment` in, a Vega-Lite specification and the sentence that describes it out.

A specification is authored in Altair once for each shape of chart, and only its data are filled in afterwards.
"""
