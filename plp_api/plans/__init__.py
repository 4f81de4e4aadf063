"""The plan: one evolving plan of a student, as dated versions.

A version is written as a draft, handed in, approved: from then it is in force
and frozen, as a snapshot with its SHA-256 (`snapshot`), over which people sign.
Signatures are proof, never a lock: nothing waits on them but `signature_state`,
which is worked out on read from who must sign today (`signatures`).
"""
