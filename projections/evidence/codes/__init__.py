"""What each reason code asserts, and how it is answered (evidence.md 2 and 10)."""
