"""Assemble and run the application: app, commands, gunicorn, tables, work, and the demo.

It imports every area; no area imports it.
"""
