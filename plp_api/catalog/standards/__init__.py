"""Frameworks of standards: their items, and the links to an item.

Frameworks come from CASE packages and from a district's own CSV file; nobody edits an item
here. An item that leaves its framework is retired and never deleted, because goals and ratings
refer to it. Goals and pathway elements link to items by one table (`ItemLink`).
"""
