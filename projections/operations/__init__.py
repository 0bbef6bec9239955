"""Operational reports: what took effect by the end of a day, over all contracts of a clinic."""
