"""Goals: what a student is after, the steps to it, and dated looks at progress.

A goal is live work, outside the plan's snapshot but for its texts: nobody is
ever locked out of it by a signature. Work may be logged from `proposed` on.
"""
