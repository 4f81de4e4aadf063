"""Who there is, and who is what to whom.

Districts, schools, people and students (`models`), the classes they share
(`classes`), and the dated ties by which one reaches another (`ties`). A tie
holds from `starts_on` until the day before `ends_on`; nothing is ever switched
off by a job, it simply stops being true.
"""
