"""The table of product.md, section 3: which role may do what, on the students it reaches.

The table is written twice on purpose: here, and spelled out in
`tests/foundation/access/matrix.py`; a test demands that both agree.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache, cached_property


class Permission(StrEnum):
    """One operation that can be permitted, as `area:verb`."""

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
    PLANS_EXPORT = "plans:export"
    PLANS_CORRECT = "plans:correct"
    PLANS_DISPUTE = "plans:dispute"
    PLANS_CLOSE = "plans:close"
    PLANS_KEEP = "plans:keep"
    PLANS_RENDER = "plans:render"
    PLAN_STATUS_READ = "plan_status:read"
    SIGNATURES_READ = "signatures:read"
    SIGNATURES_SIGN = "signatures:sign"
    SIGNATURES_RECORD = "signatures:record"
    SIGNATURES_INVITE = "signatures:invite"
    SIGNATURES_READ_SCANS = "signatures:read_scans"
    SIGNATURES_EXCEPT_SILENCE = "signatures:except_silence"
    SIGNATURES_EXCEPT = "signatures:except"
    SIGNATURES_WAIVE = "signatures:waive"
    OUTREACH_READ = "outreach:read"
    OUTREACH_WRITE = "outreach:write"
    PATHWAYS_READ = "pathways:read"
    PATHWAYS_WRITE = "pathways:write"
    PATHWAYS_COMMENT = "pathways:comment"
    PATHWAYS_APPROVE = "pathways:approve"
    PATHWAYS_RECORD = "pathways:record"
    SUPPORTS_READ = "supports:read"
    SUPPORTS_WRITE = "supports:write"
    SUPPORTS_READ_ACCOMMODATIONS = "supports:read_accommodations"
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
    LINKS_READ = "links:read"
    RATINGS_READ = "ratings:read"
    RATINGS_RATE = "ratings:rate"
    RATINGS_WITHDRAW = "ratings:withdraw"
    PARTNERS_READ = "partners:read"
    PARTNERS_WRITE = "partners:write"
    CLEARANCES_READ = "clearances:read"
    CLEARANCES_WRITE = "clearances:write"
    OPPORTUNITIES_READ = "opportunities:read"
    OPPORTUNITIES_WRITE = "opportunities:write"
    INTERESTS_READ = "interests:read"
    INTERESTS_RAISE = "interests:raise"
    INTERESTS_DECIDE = "interests:decide"
    INTERESTS_COMMENT = "interests:comment"
    DESIGNS_WRITE = "designs:write"
    ELOS_READ = "elos:read"
    ELOS_WRITE = "elos:write"
    ELOS_PROPOSE = "elos:propose"
    ELOS_DECIDE = "elos:decide"
    ELOS_TERMINATE = "elos:terminate"
    ELOS_SIGN = "elos:sign"
    ELOS_WITNESS = "elos:witness"
    ELOS_RECORD = "elos:record"
    ELOS_REVIEW = "elos:review"
    ELOS_COMMENT = "elos:comment"
    LOG_ENTRIES_READ = "log_entries:read"
    LOG_ENTRIES_READ_TOTALS = "log_entries:read_totals"
    LOG_ENTRIES_WRITE = "log_entries:write"
    LOG_ENTRIES_VERIFY = "log_entries:verify"
    SITE_VISITS_READ = "site_visits:read"
    SITE_VISITS_WRITE = "site_visits:write"
    OFF_CAMPUS_READ = "off_campus:read"
    CREDIT_READ = "credit:read"
    CREDIT_PROPOSE = "credit:propose"
    CREDIT_DECIDE = "credit:decide"
    CREDIT_EXPORT = "credit:export"
    APPEALS_READ = "appeals:read"
    APPEALS_FILE = "appeals:file"
    APPEALS_DECIDE = "appeals:decide"
    CONCERNS_READ = "concerns:read"
    CONCERNS_WRITE = "concerns:write"
    CONCERNS_RAISE = "concerns:raise"
    MENTOR_LINKS_READ = "mentor_links:read"
    MENTOR_LINKS_WRITE = "mentor_links:write"
    ARTIFACTS_READ = "artifacts:read"
    ARTIFACTS_READ_DRAFTS = "artifacts:read_drafts"
    ARTIFACTS_WRITE = "artifacts:write"
    ARTIFACTS_RECORD = "artifacts:record"
    ARTIFACTS_COMMENT = "artifacts:comment"
    UPLOADS_WRITE = "uploads:write"
    ARTIFACTS_ASSIGN = "artifacts:assign"
    ARTIFACTS_REVIEW = "artifacts:review"
    ARTIFACTS_SETTLE = "artifacts:settle"
    SHOWCASES_READ = "showcases:read"
    SHOWCASES_WRITE = "showcases:write"
    SHOWCASES_TAKE_DOWN = "showcases:take_down"
    SHARE_LINKS_READ = "share_links:read"
    SHARE_LINKS_WRITE = "share_links:write"
    SHARE_LINKS_STOP = "share_links:stop"
    CALLS_READ = "calls:read"
    CALLS_OVERSEE = "calls:oversee"
    CALLS_WRITE = "calls:write"
    CONSENTS_READ = "consents:read"
    CONSENTS_GIVE = "consents:give"
    CONSENTS_WITHDRAW = "consents:withdraw"
    DISCLOSURES_READ = "disclosures:read"
    EXPORTS_READ = "exports:read"
    EXPORTS_WRITE = "exports:write"
    EXPORTS_WRITE_CLASS = "exports:write_class"
    FOREIGN_RECORDS_READ = "foreign_records:read"
    COVERAGE_READ = "coverage:read"
    AUDIT_READ = "audit:read"

    @cached_property
    def area(self) -> str:
        """The kind of record it is about, which a court order may deny."""
        return self.split(":")[0]


KEPT_AT_HOME = frozenset({Permission.ROSTER_WRITE, Permission.RELATIONSHIPS_WRITE})
"""Permissions to write that only the student's own district has; a host district may read."""


DECIDED_AT_HOME = frozenset(
    {
        Permission.ROSTER_WRITE,
        Permission.RELATIONSHIPS_WRITE,
        Permission.PLANS_APPROVE,
        Permission.PLANS_CORRECT,
        Permission.PLANS_CLOSE,
        Permission.SIGNATURES_SIGN,
        Permission.SIGNATURES_RECORD,
        Permission.SIGNATURES_INVITE,
        Permission.SIGNATURES_EXCEPT_SILENCE,
        Permission.SIGNATURES_EXCEPT,
        Permission.SIGNATURES_WAIVE,
        Permission.REVIEWS_EXCEPT,
        Permission.RATINGS_WITHDRAW,
        Permission.INTERESTS_DECIDE,
        Permission.APPEALS_DECIDE,
        Permission.ARTIFACTS_SETTLE,
        Permission.SHOWCASES_TAKE_DOWN,
        Permission.EXPORTS_WRITE_CLASS,
    }
)
"""Decisions of the plan home school or its district (product.md, section 3, "Placement").

A school that hosts a student may read and work with the plan, but makes none of
these decisions, unless the placement's kind is `tuition`.
"""


FAMILYS_OWN = frozenset({"plans", "goals", "reviews", "signatures", "outreach"})
"""Areas that only the family may use while the student studies at home (16 V.S.A. 942)."""


class Role(StrEnum):
    """A caller's role toward students, by relationship or office. Case managers are advisors."""

    STUDENT = "student"
    ALUMNUS = "alumnus"
    """A former student (`roster.leaving`), instead of `student`."""
    PARENT = "parent"
    ADVISOR = "advisor"
    TEACHER = "teacher"
    COUNSELOR = "counselor"
    ELO_COORDINATOR = "elo_coordinator"
    REGISTRAR = "registrar"
    SCHOOL_ADMIN = "school_admin"
    DISTRICT_ADMIN = "district_admin"
    AUDITOR = "auditor"
    TEAM_MEMBER = "team_member"
    """Whoever is assigned to a piece of a student's work (`roster.assignments`), for that alone."""


class Condition(StrEnum):
    """What must hold in addition to the role. `arms` has its SQL; that of `own` is in `scope`."""

    DECIDING = "deciding"
    """A parent who may decide, not only inspect."""
    REASONED = "reasoned"
    """Only single records, with a stated reason that is logged; never in a list."""
    SAMPLED = "sampled"
    """Only the students drawn for an auditor."""
    OWN = "own"
    """Only rows in which the caller takes part: a student's advisory, oneself as a person."""
    HOLDING = "holding"
    """Only the holder of the rights under FERPA: a parent; after their transfer the student."""
    KEEPING = "keeping"
    """Only who keeps the plan in home study: the student, and a parent who may decide."""
    ASSIGNED = "assigned"
    """Only rows of the work that the caller is assigned to."""


# For every signed-in person, also without a role: an invited parent whose relationship is not
# confirmed yet.
EVERYBODYS = frozenset({Permission.SELF_MANAGE})


def _grants(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Each word is `area:verb`, or `area:verb:condition`.
GRANTS: Mapping[Role, frozenset[str]] = {
    Role.STUDENT: _grants("""
        self:manage people:read:own
        settings:read roster:read names:write relationships:read advisories:read:own
        signatures:read
        plan_status:read plans:read plans:write plans:contribute plans:comment plans:submit
        signatures:sign signatures:read_scans
        goals:read goals:write goals:comment reviews:read reviews:prepare
        comments:read comments:withdraw
        plans:export plans:dispute:holding
        plans:keep:keeping plans:render:keeping goals:confirm:keeping
        pathways:read pathways:write pathways:comment supports:read supports:read_accommodations
        links:read ratings:read ratings:rate opportunities:read interests:read interests:raise
        interests:comment
        elos:read elos:write elos:propose elos:sign elos:comment
        log_entries:read log_entries:write credit:read appeals:read appeals:file concerns:raise
        log_entries:read_totals
        artifacts:read artifacts:read_drafts artifacts:write artifacts:comment showcases:read
        showcases:write share_links:read share_links:write share_links:stop calls:read
        consents:read consents:give:holding consents:withdraw:holding exports:read exports:write
        disclosures:read:holding
        foreign_records:read uploads:write
    """),
    # Their own record, to read and to take along. They write nothing in it; what they consented
    # to outside the school they may end (34 CFR 99.30).
    Role.ALUMNUS: _grants("""
        self:manage people:read:own
        settings:read roster:read relationships:read signatures:read signatures:read_scans
        plan_status:read plans:read plans:export goals:read reviews:read comments:read
        pathways:read supports:read supports:read_accommodations links:read ratings:read
        interests:read elos:read log_entries:read log_entries:read_totals credit:read appeals:read
        artifacts:read artifacts:read_drafts showcases:read share_links:read calls:read
        consents:read consents:withdraw:holding exports:read exports:write foreign_records:read
        disclosures:read:holding
    """),
    Role.PARENT: _grants("""
        self:manage people:read:own
        settings:read roster:read relationships:read
        signatures:read
        plan_status:read plans:read plans:contribute plans:comment signatures:sign:deciding
        goals:read goals:comment reviews:read reviews:comment
        comments:read comments:withdraw
        plans:export plans:dispute:holding
        plans:keep:keeping plans:write:keeping plans:render:keeping goals:confirm:keeping
        pathways:read pathways:comment supports:read supports:read_accommodations
        signatures:read_scans
        links:read ratings:read opportunities:read interests:read interests:comment
        elos:read elos:sign:deciding elos:comment log_entries:read credit:read
        log_entries:read_totals
        appeals:read appeals:file:deciding concerns:raise
        artifacts:read showcases:read share_links:read share_links:stop:holding calls:read
        consents:read consents:give:deciding consents:withdraw:holding exports:read:holding
        exports:write:holding foreign_records:read disclosures:read:holding
    """),
    Role.ADVISOR: _grants("""
        self:manage people:read:own
        settings:read roster:read classes:read relationships:read advisories:read
        signatures:read
        plan_status:read plans:read plans:write plans:contribute plans:comment plans:submit_for
        plans:approve
        signatures:sign goals:read goals:confirm goals:comment comments:read comments:withdraw
        reviews:read reviews:hold reviews:comment coverage:read
        plans:render signatures:invite signatures:except_silence
        signatures:read_scans
        outreach:read outreach:write pathways:read supports:read supports:read_accommodations
        links:read ratings:read partners:read opportunities:read interests:read
        interests:comment
        elos:read elos:sign elos:witness elos:comment log_entries:read log_entries:read_totals
        credit:read appeals:read concerns:raise
        artifacts:read artifacts:read_drafts artifacts:record artifacts:comment artifacts:assign
        artifacts:review showcases:read share_links:read calls:read calls:oversee calls:write
        consents:read foreign_records:read uploads:write
    """),
    Role.TEACHER: _grants("""
        self:manage people:read:own
        settings:read roster:read classes:read goals:read goals:comment
        comments:read comments:withdraw
        supports:read_accommodations
        links:read ratings:read ratings:rate partners:read opportunities:read
        elos:read elos:comment concerns:raise
        artifacts:record calls:read calls:oversee calls:write uploads:write
    """),
    Role.COUNSELOR: _grants("""
        self:manage people:read:own
        settings:read roster:read classes:read relationships:read advisories:read
        signatures:read
        plan_status:read plans:read plans:comment plans:approve signatures:sign
        goals:read goals:comment comments:read comments:withdraw
        reviews:read reviews:hold reviews:comment coverage:read
        plans:render plans:close signatures:invite signatures:waive signatures:read_scans
        outreach:read outreach:write pathways:read pathways:write pathways:comment pathways:approve
        pathways:record supports:read supports:write supports:read_accommodations
        links:read ratings:read partners:read opportunities:read interests:read
        interests:comment
        elos:read elos:sign elos:witness elos:comment log_entries:read log_entries:read_totals
        site_visits:read off_campus:read credit:read appeals:read concerns:read
        artifacts:read artifacts:comment showcases:read share_links:read calls:read calls:oversee
        consents:read foreign_records:read
    """),
    Role.ELO_COORDINATOR: _grants("""
        self:manage people:read:own
        settings:read roster:read classes:read goals:read comments:read comments:withdraw
        coverage:read
        pathways:read
        links:read ratings:read partners:read partners:write clearances:read clearances:write
        opportunities:read opportunities:write interests:read interests:decide
        interests:comment designs:write
        elos:read elos:write elos:decide elos:terminate elos:sign elos:witness elos:record
        elos:review elos:comment
        log_entries:read log_entries:verify site_visits:read site_visits:write off_campus:read
        log_entries:read_totals
        credit:read credit:propose appeals:read
        concerns:read concerns:write concerns:raise mentor_links:read mentor_links:write
        artifacts:read showcases:read calls:read calls:oversee calls:write
    """),
    Role.REGISTRAR: _grants("""
        self:manage settings:read people:read people:write appointments:read
        roster:read roster:write classes:read relationships:read relationships:write
        advisories:read advisories:write imports:read imports:write
        signatures:read
        plan_status:read reviews:read coverage:read
        plans:close signatures:record signatures:invite signatures:read_scans
        pathways:read pathways:record
        links:read elos:record off_campus:read credit:read credit:export
        consents:read
    """),
    Role.SCHOOL_ADMIN: _grants("""
        self:manage settings:read settings:write people:read people:write
        appointments:read appointments:write
        roster:read roster:write classes:read relationships:read relationships:write
        advisories:read advisories:write
        signatures:read
        plan_status:read plans:read plans:approve signatures:sign goals:read comments:read
        comments:withdraw reviews:read reviews:hold reviews:except coverage:read audit:read
        plans:export plans:correct plans:close plans:render
        signatures:invite signatures:except_silence signatures:except signatures:waive
        signatures:read_scans
        outreach:read outreach:write pathways:read pathways:approve pathways:record
        supports:read supports:write supports:read_accommodations
        links:read ratings:read ratings:withdraw partners:read partners:write
        clearances:read clearances:write
        opportunities:read opportunities:write interests:read interests:decide
        interests:comment designs:write
        elos:read elos:terminate elos:sign elos:witness elos:comment log_entries:read
        log_entries:read_totals
        site_visits:read off_campus:read credit:read appeals:read appeals:decide
        concerns:read concerns:write concerns:raise mentor_links:read
        artifacts:read artifacts:assign artifacts:settle showcases:read showcases:take_down
        share_links:read share_links:stop calls:read calls:oversee consents:read exports:read
        exports:write_class foreign_records:read disclosures:read
    """),
    Role.DISTRICT_ADMIN: _grants("""
        self:manage settings:read settings:write people:read people:write
        appointments:read appointments:write
        roster:read roster:write classes:read relationships:read relationships:write
        advisories:read advisories:write imports:read imports:write
        signatures:read
        plan_status:read plans:read:reasoned goals:read:reasoned
        comments:read:reasoned
        reviews:read coverage:read audit:read
        pathways:read
        links:read partners:read clearances:read clearances:write opportunities:read
        designs:write elos:read:reasoned credit:read concerns:read
        consents:read disclosures:read
    """),
    Role.AUDITOR: _grants("""
        self:manage people:read:own
        settings:read roster:read classes:read relationships:read advisories:read
        imports:read signatures:read plan_status:read plans:read:sampled goals:read:sampled
        comments:read:sampled
        reviews:read coverage:read audit:read
        outreach:read pathways:read
        links:read ratings:read partners:read clearances:read opportunities:read interests:read
        elos:read credit:read appeals:read
        log_entries:read_totals
        artifacts:read:sampled showcases:read:sampled consents:read
        disclosures:read:sampled
    """),
    Role.TEAM_MEMBER: _grants("""
        self:manage people:read:own settings:read
        elos:read:assigned elos:sign:assigned elos:witness:assigned elos:review:assigned
        elos:comment:assigned
        log_entries:read:assigned log_entries:verify:assigned site_visits:read:assigned
        log_entries:read_totals:assigned
        credit:read:assigned credit:decide:assigned appeals:read:assigned
        comments:read:assigned comments:withdraw:assigned links:read:assigned
        concerns:raise:assigned ratings:read:assigned ratings:rate:assigned
        artifacts:read:assigned artifacts:comment:assigned artifacts:review:assigned
    """),
}


@cache
def conditions(role: Role, permission: Permission) -> frozenset[Condition | None]:
    """Under which conditions the role has the permission: empty for never, None for always."""
    granted: set[Condition | None] = set()
    for grant in GRANTS[role]:
        if grant == permission:
            granted.add(None)
        elif grant.startswith(f"{permission}:"):
            granted.add(Condition(grant.rsplit(":", 1)[1]))
    return frozenset(granted)


def holders(*permissions: Permission, by_assignment: bool = True) -> list[Role]:
    """The roles that the table gives any of these permissions, nearest to the student first.

    A role that has it only while it keeps a plan in home study counts only where no
    other role has it. `by_assignment` is False where nobody is assigned to what it is about.
    """
    excepted = set() if by_assignment else {Condition.ASSIGNED}
    given = {
        role: {c for one in permissions for c in conditions(role, one)} - excepted for role in Role
    }
    usual = [role for role, under in given.items() if under - {Condition.KEEPING}]
    return usual or [role for role, under in given.items() if under]
