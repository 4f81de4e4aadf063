"""Sharing a showcase outside: links, their passcodes and openings, and the public page.

Off until the district enables it and a holder of the rights consents; asked again at each use.
"""
