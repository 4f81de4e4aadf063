"""Pathway elements: planned ways of learning that the law or credit hangs on.

Dual enrollment, early college, career and technical education, virtual courses,
work-based and service learning, the adult diploma. An element is part of the
plan, not an extended learning opportunity. Nothing is approved without what the
law asks for (`conditions`); `vouchers` counts the courses the state pays for,
those taken while another district kept the plan included (`elsewhere`);
`snapshot` is what a frozen version holds of them, `past` how they stood.
"""
