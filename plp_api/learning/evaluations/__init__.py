"""What others say of an ELO: work habits, the presentation before a panel, evaluation by rubric.

A presentation and an evaluation move the ELO on. Each is kept; where an ELO is presented or
evaluated again, the latest counts.
"""
