"""Visits: what was delivered, once, and what covered it."""
