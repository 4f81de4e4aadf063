"""The tables of people and their relationships, which `access` reads.

Districts, schools, people and students (`models`), their classes (`classes`), and
dated rows such as relationships, appointments and placements (`relationships`). A
dated row holds from `starts_on` until the day before `ends_on`; no job ends it. The
terms by which people are found (`terms`) follow every change of a name.
"""

# Whoever writes people must have the listener that keeps their terms.
from plp_api.foundation.roster import terms as _terms  # noqa: F401
