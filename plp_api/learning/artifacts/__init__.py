"""Artifacts: what students made, in versions, with what they say of it.

Student and advisor alone read a draft. The newest version may be changed; what came before stays.
Files come as uploads that the maker names.
"""
