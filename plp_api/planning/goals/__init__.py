"""Goals: what a student is after, the steps to it, and dated looks at progress.

A goal is live work, outside the plan's snapshot but for its texts: nobody is
ever locked out of it by a signature. Steps are planned from the first draft on;
work (a step done, a check-in) is logged from `proposed` on. What a plan's
approval does to goals stands in `approval`; `plp_api.server.wiring` registers it.
"""
