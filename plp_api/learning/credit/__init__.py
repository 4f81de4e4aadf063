"""Credit for an ELO, line by line, and appeals to the principal.

Credit rests on proficiencies, never on hours alone. A line without a content teacher is elective.
"""
