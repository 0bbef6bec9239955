"""What an issuer may be shown: the minimum necessary (evidence.md 7)."""
