"""Signatures: proof that people read and agreed to a version's snapshot, never a lock.

Nothing waits on them but `signature_state`, which is worked out on read from
who must sign today (`standing`).
"""
