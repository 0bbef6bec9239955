"""Periods of the books and their closes."""
