"""The plan of a student: one plan, written as dated versions.

A version is a draft first, then handed in, then approved. Approval puts it in
force and freezes it as a snapshot with its SHA-256 (`snapshot`), which people
sign. Plans are amended, corrected and closed here; signatures are in `signatures`.
"""
