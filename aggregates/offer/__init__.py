"""Offers: the versioned packages a clinic sells."""
