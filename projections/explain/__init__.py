"""Why an amount is what it is: formula, inputs, paragraph and events (interfaces.md 6)."""
