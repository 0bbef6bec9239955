"""The journal as other accounting programs take it (accounting.md 17).

Pure functions from the entries of the journal report to text: the same entries give the same
bytes. Ids stand for patients and contracts; nothing personal is in a journal.
"""
