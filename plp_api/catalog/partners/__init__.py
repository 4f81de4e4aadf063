"""Partners in the community: organizations with sites, contacts and mentors.

All schools of a district share one register of partners. Students and families read a partner's
name where they meet it, in an opportunity. A clearance tells whether a check was passed, by whom it
was recorded and until when it holds; what the check found is never stored (16 V.S.A. 253).
"""
