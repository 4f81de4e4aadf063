"""Background work: the jobs table, and the worker that runs its jobs.

The row is the truth, and the queue (Huey) only carries its id to a worker: a
kill -9 loses the queue's task on every storage, but not the row.
"""
