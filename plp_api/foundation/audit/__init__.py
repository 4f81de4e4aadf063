"""What happened: append-only events, which are the audit trail and the change feed at once.

`record` writes in the transaction of the change itself. An event gets its
`position` from one numberer after commit (`number_events`), so whoever reads by
position skips nothing: reading by an insertion sequence missed 2,409 of 9,551
events under six writers. Events carry ids, never names or words.
"""
