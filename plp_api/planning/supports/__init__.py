"""Pointers to supports: that an EST, 504 or IEP record exists, who coordinates it, what was agreed.

Never a copy of such a record: no diagnosis, no document. Outside every snapshot:
a plan's section says what is done, this says only where to ask.
"""
