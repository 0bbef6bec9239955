"""The rules of the clinic: pure functions over folded events (architecture.md 2)."""
