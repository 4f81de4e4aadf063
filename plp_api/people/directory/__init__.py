"""Who there is: looking up and correcting districts, schools, classes, people and students.

A roster brings most of it; staff enter what it lacks and correct what it has
wrong. Names have an audience: `shown` decides what of a person each reader
gets, for every resource here. Who is what to whom is the area `ties`.
"""
