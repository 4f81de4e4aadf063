"""Design templates: the design of an ELO of one type, written once and given to many students.

A template has the parts of a design but no student. An ELO copies it, and then goes its own way.
"""
