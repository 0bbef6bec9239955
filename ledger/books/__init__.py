"""Double entry and recognition: pure functions over dates, amounts and posting rules."""
