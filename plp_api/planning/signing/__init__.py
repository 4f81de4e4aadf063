"""Signing without an account: by a link that is good once, or on paper that is scanned.

A link is never enough by itself: what its bearer may do is asked of `access`
again at every use, as of that day, and whoever holds it must also know what the
sender chose. Its page needs no script, and says nothing to who does not.
"""
