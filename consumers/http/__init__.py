"""The HTTP edge: the same commands and answers as the command line and NATS (interfaces.md 6)."""
