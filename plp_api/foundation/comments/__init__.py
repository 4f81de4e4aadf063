"""Comments on a plan version, a goal, a review and so on, their *subject*.

One table and one set of routes for all; the permissions are the subject's. A comment
is never edited. Its author may withdraw it; then its text is hidden.
"""
