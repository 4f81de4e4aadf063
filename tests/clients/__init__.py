"""Clients generated from the document, compiled strictly and run against a live server."""
