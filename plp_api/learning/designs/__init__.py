"""The parts of an ELO's design: one mechanism for all kinds, and designs given to students.

The rows are of `learning.elos`. A kind of part is declared once (`kinds`): its permission, and
what it checks. `routes.serve_parts` makes its five operations of that. Benchmarks are reviewed
and training tasks rated on top of it.
"""
