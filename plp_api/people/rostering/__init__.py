"""Rostering brings a district's people, schools, classes and enrollments in from its SIS.

A OneRoster CSV package is read (`package`), staged, compared with what is stored and applied in
one transaction. The SIS never writes plan text; family links arrive unconfirmed; an empty July
roster locks nobody. Findings name file, row and column and never a personal value.
"""
