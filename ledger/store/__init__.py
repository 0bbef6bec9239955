"""The event store on PostgreSQL: append, read, codec, feed (architecture.md 4)."""
