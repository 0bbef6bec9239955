"""Covering: which lot of which contract pays for which visit line (engines.md, "Order of draw")."""
