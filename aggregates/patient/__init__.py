"""Patients: the roster of subscriptions and the store credit."""
