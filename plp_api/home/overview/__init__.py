"""What a front end opens on: reads that put plans, goals, reviews and signatures together.

Hot, so they are prebuilt statements through `db.fetch`, given as plain dicts;
tests hold them to the schemas that document them. Nothing is decided here that
`access`, `signatures.standing` or `reviews.standing` do not decide.
"""
