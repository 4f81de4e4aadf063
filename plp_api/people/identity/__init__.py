"""Signing in: accounts, sessions, invitations.

An account (a login) may hold several persons; a token names one. No account
has a password before its person chose one by a one-time code. Every answer to
a wrong sign-in is the same in words and in time.
"""
