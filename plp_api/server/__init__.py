"""Assembles and runs the application: app, commands, gunicorn, migrations' tables, work, the demo.

It knows every area; no area knows it.
"""
