"""ELOs as a front end's page shows them: one with everything, or a coordinator's many.

Read by prebuilt statements, because a coordinator opens on them. Nothing is changed here.
"""
