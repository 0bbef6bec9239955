"""The answer in each processor's own fields and limits (evidence.md 3)."""
