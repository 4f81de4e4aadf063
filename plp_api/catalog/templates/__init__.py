"""Templates: the sections a plan is written in, what each asks, and who writes it.

Below plans: a template knows none of the plans written in it.
"""
