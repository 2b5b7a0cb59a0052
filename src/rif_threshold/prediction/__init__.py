"""Published models of the chance of a live birth, one module a model."""
