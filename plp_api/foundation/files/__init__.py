"""Stored files: each has a row in the database and its content in the storage.

An area keeps a file with `actions.keep` and refers to its row. The content decides the format of
a file (`formats`), never its name. A file whose row was never committed is removed (`upkeep`).
"""
