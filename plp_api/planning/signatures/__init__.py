"""Signatures: proof that people read a version's snapshot and agreed to it, never a lock.

Nothing depends on them except `signature_state`, which every read computes from
the roles that must sign today (`standing`).
"""
