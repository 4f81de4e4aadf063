"""Frameworks of standards, and their items.

Frameworks come from CASE packages and from a district's own CSV file; nobody edits an item
here. An item that leaves its framework is retired and never deleted, because goals and ratings
refer to it. Students' work links to items in `catalog/item_links`.
"""
