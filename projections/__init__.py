"""The questions: read models fed by the history, and the replay that seals a period."""
