"""Signing without an account: by a link that is good once, or on paper that is scanned.

A link is never enough by itself. At every use `access` checks again what the
signer may do on that day, and the holder must answer the question that the
sender chose. The page needs no script, and shows nothing before the right answer.
"""
