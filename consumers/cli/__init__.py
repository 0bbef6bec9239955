"""The command line (interfaces.md 2)."""
