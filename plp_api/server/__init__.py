"""Assembles and runs the application: app, commands, gunicorn, tables, background work, the demo.

It imports every area; no area imports it.
"""
