"""The log of an ELO: hours on site, absences, visits by the school.

A mentor or somebody of the school's team verifies entries; nobody verifies their own. Hours alone
earn no credit. Logging hours does not move the ELO's version.
"""
