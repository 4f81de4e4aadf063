"""Annual reviews: the yearly update that the statute requires, in the statute's cycle.

Enrollment opens one review for each student and cycle. The student prepares it
and the advisor holds it. It is complete once a version was approved in the
cycle, whether or not the meeting is recorded. Due and overdue are never stored:
they are computed from dates and from the version that completes the review.
"""
