"""The replay of a clinic's history into books, and what a close seals of them."""
