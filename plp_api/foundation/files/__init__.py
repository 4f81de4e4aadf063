"""Stored files: a row for each, its content in the storage.

An area keeps a file with `actions.keep` and refers to its row. What a file is, its content says
(`formats`), never its name. A file whose row was never committed is removed (`upkeep`).
"""
