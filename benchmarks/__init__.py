"""Benchmarks: the server against a minimal one, the floor (`make bench`).

The floor is bare Flask with psycopg and orjson. It returns the same bytes from
the same tables without access checks, on the same server software, with the
same settings, in the same run. Trust the ratios, not the figures: figures of a
laptop and a server differ much, their ratios to the floor little.
"""
