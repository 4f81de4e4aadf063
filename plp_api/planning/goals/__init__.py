"""Goals of a student, with their steps and dated check-ins on progress.

Only the texts of goals are in the plan's snapshot, so that work on a goal goes
on after people have signed. Steps can be planned while a goal is a draft; work
(a step done, a check-in) can be logged once it was proposed. `approval` does
what a plan's approval means for goals; `plp_api.server.wiring` registers it.
"""
