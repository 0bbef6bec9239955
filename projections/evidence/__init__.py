"""The answer to a card dispute, built from events alone (evidence.md)."""
