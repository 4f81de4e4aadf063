"""Annual reviews: the yearly obligation, on the statute's own cycle.

One for each student and cycle, opened by enrollment. Prepared by the student,
held by the advisor; complete once a version was approved in the cycle, whether
or not the meeting is on record. Due and overdue are never stored: they are
worked out from dates and from the version that answers the review.
"""
