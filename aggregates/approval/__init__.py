"""A request for approval: what was asked for, who approved it, what became of it."""
