"""Subscriptions: contracts sold, with their money and units."""
