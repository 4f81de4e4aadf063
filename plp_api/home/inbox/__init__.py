"""The inbox: what waits for the caller, and what is new for them.

It is computed from the rows of other areas on every read; only read marks are stored.
Each kind of item is one prebuilt statement (`sources`), limited to a page, and all are
sent in one exchange. An item is shown only to a caller who may read its row today, and
its action only where the server would accept it.
"""
