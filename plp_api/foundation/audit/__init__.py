"""Append-only events: both the audit trail and the change feed.

`record` writes an event in the transaction of the change itself. Periodic work
(`number_events`) gives committed events their `position`, so that a reader by
position skips nothing: reading by an insertion sequence missed 2,409 of 9,551
events under six writers. Events hold ids, never names or text.
"""
