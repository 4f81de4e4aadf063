"""A frozen version on paper and screen: what was signed, by whom, and how to verify it.

`content` gathers it for one reader; `page` and `pdf` draw the same content.
Every word of a plan is data there, never markup. Names are the reader's.
"""
