"""The journal: every entry of the books, kept current event by event."""
