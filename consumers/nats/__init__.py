"""Messaging over NATS JetStream: transport that PostgreSQL can rebuild (architecture.md 5)."""
