"""Payouts of a processor to the bank."""
