"""Signing in: accounts, sessions, invitations.

An account (a login) may hold several persons; a token names one of them. An
account has no password until its person chooses one with a one-time code. All
failed sign-ins get the same answer, after the same time.
"""
