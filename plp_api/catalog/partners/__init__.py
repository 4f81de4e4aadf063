"""Partners in the community: organizations with sites, contacts and mentors.

All schools of a district share one register of partners. Students and families read a partner's
name where they meet it, in an opportunity. Sites, contacts, mentors and insurance are parts of a
partner; checks of them are in `catalog.clearances`. What hangs off a partner asks
`actions.require_active` before it adds anything.
"""
