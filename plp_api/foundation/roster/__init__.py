"""The tables of people and their relationships, which `access` reads.

Districts, schools, people and students (`models`), their classes (`classes`), and
dated rows such as relationships, appointments and placements (`relationships`). A
dated row holds from `starts_on` until the day before `ends_on`; no job ends it.
"""
