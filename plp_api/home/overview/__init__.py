"""The overview: reads that combine plans, goals, reviews and signatures for a front end.

They are called most often, so they use prebuilt statements through `db.fetch`
and return plain dicts; tests compare these with the schemas that document them.
Rules are not written here, but in `access`, `signatures.standing` and
`reviews.standing`.
"""
