"""The directory: districts, schools, classes, people and students.

Most rows come from a roster; staff add the missing ones and correct wrong ones.
Names have an audience: `presenters` decides which members of a person each
reader gets, for every resource here. Relationships between people are the area
`relationships`.
"""
