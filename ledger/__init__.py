"""The vocabulary, the books and the store; knows no offer, subscription or visit."""
