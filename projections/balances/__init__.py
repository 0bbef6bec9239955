"""What patients hold: remaining units, money paid and owed, value deferred (interfaces.md 6)."""
