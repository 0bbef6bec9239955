"""What happened to a contract or a charge, event by event, in words people read."""
