"""Evidence that no other command records: what was shown, asked, searched and answered."""
