"""Moving in: files that people edit become ordinary commands (`ledger import`)."""
