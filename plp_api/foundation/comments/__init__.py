"""Comments: what people say to each other about a plan version, a goal, a review.

One table and one way to serve it; the resource commented on decides who may.
A comment is never edited: it may be withdrawn by its author, and then shows so.
"""
