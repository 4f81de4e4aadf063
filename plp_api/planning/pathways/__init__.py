"""Pathway elements: planned ways of learning that the law regulates or that earn credit.

Dual enrollment, early college, career and technical education, virtual courses,
work-based and service learning, the adult diploma. An element is part of the
plan, not an extended learning opportunity. `conditions` checks the law's
conditions before approval. `vouchers` counts the courses that the state pays
for, including those taken while another district kept the plan (`elsewhere`).
`snapshot` is their content in a frozen version, `past` their history.
"""
