"""Import a district's people, schools, classes and enrollments from its SIS.

A OneRoster CSV package is read (`package`), staged, compared with the stored rows and applied in
one transaction. The SIS never writes plan text. New family relationships are unconfirmed. An
empty roster in July ends nobody's access. Findings name file, row and column, and never a
personal value.
"""
