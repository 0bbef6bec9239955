"""Documents attached as evidence, by digest."""
