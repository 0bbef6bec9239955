"""Webhooks out: what is recorded, posted to the addresses that a clinic has named."""
