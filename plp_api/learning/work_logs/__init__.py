"""The log of an ELO: hours on site, absences, visits by the school.

A mentor or coordinator verifies entries; nobody verifies their own. Hours alone earn no credit.
"""
