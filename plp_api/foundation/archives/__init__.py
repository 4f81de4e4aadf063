"""Archives: a student's whole record as files that need no server, and their way into another.

Each area registers its part with the permission that its reader needs (`parts`). An archive holds
what its requester may read, and a manifest with the SHA-256 of each file. What comes in from
elsewhere is unverified history, and drafts of the student's own.
"""
