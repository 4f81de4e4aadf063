"""What is measured, and against what: `make bench`.

The floor is bare Flask with psycopg and orjson, answering the same bytes from
the same tables with no one asking who may: same server, same settings, same
run. Trust the ratios, not the figures: a laptop and a server differ, the
distance to the floor much less.
"""
