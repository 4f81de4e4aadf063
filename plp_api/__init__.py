"""A REST API for the Personalized Learning Plans that Vermont's Act 77 requires.

A student writes a plan; an advisor approves it; student, parent and school sign it. The student
works on its goals, and it is reviewed each year by 30 November. Areas are folders, each with its
models, schemas, actions and routes, in one declared order (docs/decisions/0001-vertical-areas.md);
only `plp_api.foundation.access` decides who may see or do what.
"""
