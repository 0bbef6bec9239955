"""What accountants enter into the books themselves."""
