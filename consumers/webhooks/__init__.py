"""What other systems post to us, each signed over its raw bytes (reliability.md 6.9)."""
