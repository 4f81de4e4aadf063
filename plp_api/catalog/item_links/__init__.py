"""Links from a student's work (a goal, a pathway element) to framework items, for any subject.

One table and one set of routes for all; who may read or change a link is decided by the right to
read or change its subject. A subject shows its items in every response (`presenters`), and a
snapshot keeps their words. An item that is retired stays linked and readable.
"""
