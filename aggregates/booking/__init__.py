"""Bookings: units held for a visit to come."""
