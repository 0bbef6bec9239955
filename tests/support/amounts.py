"""Lines of the journal as tests read them."""
