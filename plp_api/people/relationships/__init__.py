"""Who is what to whom: relationships, placements, appointments and advisories.

Each is dated, and reach follows from the dates by itself. Whoever is a
student's family never acts for the school there, and nobody gives themselves
an office or a tie. A parent finds their own relationship and no other.
"""
