"""Scales of levels, lowest first: what framework items are rated by, and rubrics describe.

A scale belongs to the district, and one scale is its default. What refers to a level keeps its key,
so the keys of a scale and their order never change: to judge in other levels, make another scale.
"""
