"""The packet as a bank reviewer reads it: letter, tables and exhibits as one PDF (6.1-6.3)."""
