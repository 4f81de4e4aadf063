"""Keeps every student's Personalized Learning Plan, as Vermont's Act 77 asks, behind a REST API.

A plan is written by the student, put in force by an advisor, signed by student, parent and school,
lived by through goals, and reviewed each year by 30 November. Areas are folders, each with its
models, schemas, actions and routes, in one declared order (docs/decisions/0001-vertical-areas.md);
who may see or do what is decided in `plp_api.foundation.access` and nowhere else.
"""
