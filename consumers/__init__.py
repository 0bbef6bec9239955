"""The edges: everything that reaches the ledger from outside (architecture.md 2)."""
