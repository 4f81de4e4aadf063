"""Reviews of artifacts: one version judged by one rubric, by an evaluator who did not make it.

The evaluator is assigned and reaches the artifact alone. Ratings follow from an accepted review.
"""
