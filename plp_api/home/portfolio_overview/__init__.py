"""Artifacts as a front end's page shows them: many at once, with what they are evidence for.

Read by prebuilt statements, because students and advisors open on them. Nothing is changed here.
"""
