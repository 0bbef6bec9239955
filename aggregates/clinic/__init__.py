"""The clinic: its name, calendar, currency, locations and policies."""
