"""Disputes of card charges."""
