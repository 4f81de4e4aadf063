"""The table of product.md, section 3: which role may do what, on the students it reaches.

The table is written twice on purpose: here, and spelled out in
`tests/access/matrix.py`; a test demands that both agree.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache


class Permission(StrEnum):
    """One thing that may be done, as `area:verb`."""

    SELF_MANAGE = "self:manage"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    APPOINTMENTS_READ = "appointments:read"
    APPOINTMENTS_WRITE = "appointments:write"
    ROSTER_READ = "roster:read"
    ROSTER_WRITE = "roster:write"
    NAMES_WRITE = "names:write"
    CLASSES_READ = "classes:read"
    RELATIONSHIPS_READ = "relationships:read"
    RELATIONSHIPS_WRITE = "relationships:write"
    ADVISORIES_READ = "advisories:read"
    ADVISORIES_WRITE = "advisories:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    PLANS_CONTRIBUTE = "plans:contribute"
    PLANS_COMMENT = "plans:comment"
    PLANS_SUBMIT = "plans:submit"
    PLANS_SUBMIT_FOR = "plans:submit_for"
    PLANS_APPROVE = "plans:approve"
    PLAN_STATUS_READ = "plan_status:read"
    SIGNATURES_SIGN = "signatures:sign"
    GOALS_READ = "goals:read"
    GOALS_WRITE = "goals:write"
    GOALS_CONFIRM = "goals:confirm"
    GOALS_COMMENT = "goals:comment"
    REVIEWS_READ = "reviews:read"
    REVIEWS_PREPARE = "reviews:prepare"
    REVIEWS_HOLD = "reviews:hold"
    REVIEWS_EXCEPT = "reviews:except"
    REVIEWS_COMMENT = "reviews:comment"
    COMMENTS_READ = "comments:read"
    COMMENTS_WITHDRAW = "comments:withdraw"
    COVERAGE_READ = "coverage:read"
    AUDIT_READ = "audit:read"


KEPT_AT_HOME = frozenset({Permission.ROSTER_WRITE, Permission.RELATIONSHIPS_WRITE})
"""What only the student's own district writes: one that hosts them reads it."""


class Role(StrEnum):
    """What a caller is to students, by tie or office. A case manager has the advisor's column."""

    STUDENT = "student"
    PARENT = "parent"
    ADVISOR = "advisor"
    TEACHER = "teacher"
    COUNSELOR = "counselor"
    ELO_COORDINATOR = "elo_coordinator"
    REGISTRAR = "registrar"
    SCHOOL_ADMIN = "school_admin"
    DISTRICT_ADMIN = "district_admin"
    AUDITOR = "auditor"


class Condition(StrEnum):
    """What must hold beside the role. Each is one predicate in `scope`."""

    DECIDING = "deciding"
    """A parent who may decide, not only inspect."""
    REASONED = "reasoned"
    """Record by record, with a stated reason, logged; never in a list."""
    SAMPLED = "sampled"
    """Only the students drawn for an auditor."""
    OWN = "own"
    """Only what the caller has a part in (a student, their advisory)."""


# Whoever is signed in, though they hold no role yet: an invited parent whose tie nobody confirmed.
EVERYBODYS = frozenset({Permission.SELF_MANAGE})


def _grants(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Each word is `area:verb`, or `area:verb:condition`.
GRANTS: Mapping[Role, frozenset[str]] = {
    Role.STUDENT: _grants("""
        self:manage settings:read roster:read names:write relationships:read advisories:read:own
        plan_status:read plans:read plans:write plans:contribute plans:comment plans:submit
        signatures:sign
        goals:read goals:write goals:comment reviews:read reviews:prepare
        comments:read comments:withdraw
    """),
    Role.PARENT: _grants("""
        self:manage settings:read roster:read relationships:read
        plan_status:read plans:read plans:contribute plans:comment signatures:sign:deciding
        goals:read goals:comment reviews:read reviews:comment
        comments:read comments:withdraw
    """),
    Role.ADVISOR: _grants("""
        self:manage settings:read roster:read classes:read relationships:read advisories:read
        plan_status:read plans:read plans:write plans:contribute plans:comment plans:submit_for
        plans:approve
        signatures:sign goals:read goals:confirm goals:comment comments:read comments:withdraw
        reviews:read reviews:hold reviews:comment coverage:read
    """),
    Role.TEACHER: _grants("""
        self:manage settings:read roster:read classes:read goals:read goals:comment
        comments:read comments:withdraw
    """),
    Role.COUNSELOR: _grants("""
        self:manage settings:read roster:read classes:read relationships:read advisories:read
        plan_status:read plans:read plans:comment plans:approve signatures:sign
        goals:read goals:comment comments:read comments:withdraw
        reviews:read reviews:hold reviews:comment coverage:read
    """),
    Role.ELO_COORDINATOR: _grants("""
        self:manage settings:read roster:read classes:read goals:read comments:read
        coverage:read
    """),
    Role.REGISTRAR: _grants("""
        self:manage settings:read people:read people:write appointments:read
        roster:read roster:write classes:read relationships:read relationships:write
        advisories:read advisories:write imports:read imports:write
        plan_status:read reviews:read coverage:read
    """),
    Role.SCHOOL_ADMIN: _grants("""
        self:manage settings:read settings:write people:read people:write
        appointments:read appointments:write
        roster:read roster:write classes:read relationships:read relationships:write
        advisories:read advisories:write
        plan_status:read plans:read plans:approve signatures:sign goals:read comments:read
        reviews:read reviews:hold reviews:except coverage:read audit:read
    """),
    Role.DISTRICT_ADMIN: _grants("""
        self:manage settings:read settings:write people:read people:write
        appointments:read appointments:write
        roster:read roster:write classes:read relationships:read relationships:write
        advisories:read advisories:write imports:read imports:write
        plan_status:read plans:read:reasoned goals:read:reasoned
        comments:read:reasoned
        reviews:read coverage:read audit:read
    """),
    Role.AUDITOR: _grants("""
        self:manage settings:read roster:read classes:read relationships:read advisories:read
        imports:read plan_status:read plans:read:sampled goals:read:sampled
        comments:read:sampled
        reviews:read coverage:read audit:read
    """),
}


@cache
def conditions(role: Role, permission: Permission) -> frozenset[Condition | None]:
    """Under which conditions the role has the permission: empty for never, None for always."""
    found: set[Condition | None] = set()
    for grant in GRANTS[role]:
        if grant == permission:
            found.add(None)
        elif grant.startswith(f"{permission}:"):
            found.add(Condition(grant.rsplit(":", 1)[1]))
    return frozenset(found)
