"""The use cases: load, decide, append (architecture.md 2)."""
