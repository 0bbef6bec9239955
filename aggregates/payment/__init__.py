"""Payments, charges and refunds: unique ids that lead to their subscriptions."""
