"""Templates of portfolios, edition by edition: the slots to fill, and the prompts for reflections.

A published edition never changes. `prompts` are the questions that a reflection answers.
"""
