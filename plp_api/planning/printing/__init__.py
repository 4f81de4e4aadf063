"""A frozen version on paper and screen: what was signed, by whom, and how to verify it.

`content` collects it for one reader, with the names that this reader may see;
`page` and `pdf` draw the same content. The text of a plan is data, never markup.
"""
