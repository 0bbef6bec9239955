"""The normalised facts of a case: each with its event's position."""
