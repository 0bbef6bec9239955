"""Estimates of the books: breakage, refunds, credit losses, each in versions."""
