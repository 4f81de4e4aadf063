"""Templates: the sections of a plan, the question of each, and who writes it.

The area is below plans: it does not import them.
"""
