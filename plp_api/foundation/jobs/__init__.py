"""Work done later: the jobs table, and the worker that takes from it.

A job survives whatever carries it: a kill -9 loses a queue's task on every
storage, so the row is the truth and the queue (Huey) only says "look there".
"""
