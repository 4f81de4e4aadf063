"""Opportunities: what a student may take up, at a partner, a school or a college.

Everybody in the district reads them; the offices of the school that offers one change it. Seats are
taken by students' interests (`learning.interests`), which count them under the opportunity's lock.
"""
