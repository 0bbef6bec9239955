"""The demo: a clinic's first quarter, told on the real components."""
