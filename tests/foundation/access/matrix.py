"""Who may do what, spelled out a second time: product.md, section 3, for the resources that exist.

`x` always, `.` never, else the condition under which. The sweep takes what it
expects from here, never from the code. Columns of the table that nobody holds
yet (mentor, SIS client) are absent.
"""
# ruff: noqa: E501 - a table is read across.

from collections.abc import Iterator

# Each line ends in the row of product.md's matrix that it comes from.
MATRIX = """
                     student parent   advisor teacher counselor elo_coordinator registrar school_admin district_admin auditor  team_member
self:manage          x       x        x       x       x         x               x         x            x              x        x  # oneself: /me, own sessions
settings:read        x       x        x       x       x         x               x         x            x              x        x  # templates, scales, rubrics, settings: R
settings:write       .       .        .       .       .         .               .         x            x              .        .  # templates, scales, rubrics, settings: CRU
roster:read          x       x        x       x       x         x               x         x            x              x        .  # roster, enrollment, placement: R
roster:write         .       .        .       .       .         .               x         x            x              .        .  # roster, enrollment, placement: CRU
names:write          x       .        .       .       .         .               .         .            .              .        .  # section 3: names and pronouns have an audience, set by the student
people:read          own     own      own     own     own       own             x         x            x              own        own  # roster: whoever keeps it reads every person, everybody themselves
people:write         .       .        .       .       .         .               x         x            x              .        .  # roster: CRU
classes:read         .       .        x       x       x         x               x         x            x              x        .  # roster: R of staff (own and child's stand in the enrollments)
appointments:read    .       .        .       .       .         .               x         x            x              .        .  # no row: offices are read by whoever keeps people,
appointments:write   .       .        .       .       .         .               .         x            x              .        .  # and given by admins alone
relationships:read   x       x        x       .       x         .               x         x            x              x        .  # relationships, advisories: R
relationships:write  .       .        .       .       .         .               x         x            x              .        .  # relationships, advisories: CRU
advisories:read      own     .        x       .       x         .               x         x            x              x        .  # relationships, advisories: R
advisories:write     .       .        .       .       .         .               x         x            x              .        .  # relationships, advisories: CRU
plan_status:read     x       x        x       .       x         .               x         x            x              x        .  # plan status: R
plans:read           x       x        x       .       x         .               .         x            reasoned       sampled        .  # plan, sections, profile: R
plans:write          x       keeping  x       .       .         .               .         .            .              .        .  # plan, sections, profile: CRU (advisor as scribe); in home study a parent too
plans:contribute     x       x        x       .       .         .               .         .            .              .        .  # plan, sections, profile: CRU, a parent the family section
plans:comment        x       x        x       .       x         .               .         .            .              .        .  # plan, sections, profile: comment (and CRU)
plans:submit         x       .        .       .       .         .               .         .            .              .        .  # plan approval: submit, recall
plans:submit_for     .       .        x       .       .         .               .         .            .              .        .  # plan approval: submit with reason
plans:approve        .       .        x       .       x         .               .         x            .              .        .  # plan approval: S
signatures:read      x       x        x       .       x         .               x         x            x              x        .  # plan status: R (signatures: no content)
signatures:sign      x       deciding x       .       x         .               .         x            .              .        .  # signatures: S
goals:read           x       x        x       x       x         x               .         x            reasoned       sampled        .  # goals, steps, check-ins: R
goals:write          x       .        .       .       .         .               .         .            .              .        .  # goals, steps, check-ins: CRU
goals:confirm        keeping keeping  x       .       .         .               .         .            .              .        .  # goals, steps, check-ins: S; in home study the family
goals:comment        x       x        x       x       x         .               .         .            .              .        .  # goals, steps, check-ins: comment (and CRU)
reviews:read         x       x        x       .       x         .               x         x            x              x        .  # annual review: R
reviews:prepare      x       .        .       .       .         .               .         .            .              .        .  # annual review: RU prepare
reviews:hold         .       .        x       .       x         .               .         x            .              .        .  # annual review: CRUS
reviews:except       .       .        .       .       .         .               .         x            .              .        .  # annual review: except
reviews:comment      .       x        x       .       x         .               .         .            .              .        .  # annual review: comment (and CRU)
comments:read        x       x        x       x       x         x               .         x            reasoned       sampled        assigned  # no row: each is read as what it is about; none is about less than a goal
comments:withdraw    x       x        x       x       x         x               .         x            .              .        assigned  # no row: one's own words, by whoever may comment on something
plans:export         x       x        .       .       .         .               .         x            .              .        .  # plan, sections, profile: X
plans:correct        .       .        .       .       .         .               .         x            .              .        .  # section 4: a correction after an amendment request, which an admin decides
plans:dispute        holding holding  .       .       .         .               .         .            .              .        .  # records and amendment requests: the holder states disagreement
plans:close          .       .        .       .       x         .               x         x            .              .        .  # no row: a leaver's plan is closed and reopened by counselor, registrar or school admin
plans:keep           keeping keeping  .       .       .         .               .         .            .              .        .  # section 1, home study: the family puts versions in force
plans:render         keeping keeping  x       .       x         .               .         x            .              .        .  # no row: a text in another language is supplied by the staff around the student; in home study by the family
signatures:record    .       .        .       .       .         .               x         .            .              .        .  # signatures: C paper
signatures:invite    .       .        x       .       x         .               x         x            .              .        .  # section 4: a signing link, given out by staff who may reach the family
signatures:read_scans x   x        x       .       x         .               x         x            .              .        .  # no row: a paper's scan, by whoever enters or approves; of the family, by its signer alone
signatures:except_silence .  .        x       .       .         .               .         x            .              .        .  # section 4: silence is excepted by the advisor
signatures:except    .       .        .       .       .         .               .         x            .              .        .  # signatures: except; refusal by an admin
signatures:waive     .       .        .       .       x         .               .         x            .              .        .  # section 3, no parent to sign: set by counselor or admin
outreach:read        .       .        x       .       x         .               .         x            .              x        .  # section 3: staff alone; a parent never sees the outreach log
outreach:write       .       .        x       .       x         .               .         x            .              .        .  # annual review: CRUS (attempts to reach the family)
pathways:read        x       x        x       .       x         x               x         x            x              x        .  # pathway elements: R
pathways:write       x       .        .       .       x         .               .         .            .              .        .  # pathway elements: CRU
pathways:comment     x       x        .       .       x         .               .         .            .              .        .  # pathway elements: comment (and CRU)
pathways:approve     .       .        .       .       x         .               .         x            .              .        .  # pathway elements: S
pathways:record      .       .        .       .       x         .               x         x            .              .        .  # pathway elements: result and enrollment, by the counselor and whoever keeps the record
supports:read        x       x        x       .       x         .               .         x            .              .        .  # support pointer: R
supports:write       .       .        .       .       x         .               .         x            .              .        .  # support pointer: CRU, RU
supports:read_accommodations x       x        x       x       x         .               .         x            .              .        .  # support pointer: R accommodations (and R)
links:read           x       x        x       x       x         x               x         x            x              x        assigned  # no row: each is read as what it links
ratings:read         x       x        x       x       x         x               .         x            .              x        assigned  # ratings, rubric scores: R (and C)
ratings:rate         x       .        .       x       .         .               .         .            .              .        assigned  # ratings, rubric scores: C self, C own classes; C assigned, an advisor too: on ELOs they are on
ratings:withdraw     .       .        .       .       .         .               .         x            .              .        .  # no row: a wrong rating whose giver is gone, by the school's admin (who gave it needs no more than to read it)
partners:read        .       .        x       x       x         x               .         x            x              x        .  # partners, mentors: R; student and parent read the name in an opportunity
partners:write       .       .        .       .       .         x               .         x            .              .        .  # partners, mentors: CRU
clearances:read      .       .        .       .       .         x               .         x            x              x        .  # clearances: R (and CRU)
clearances:write     .       .        .       .       .         x               .         x            x              .        .  # clearances: CRU
opportunities:read   x       x        x       x       x         x               .         x            x              x        .  # opportunities: R
opportunities:write  .       .        .       .       .         x               .         x            .              .        .  # opportunities: CRU
interests:read       x       x        x       .       x         x               .         x            .              x        .  # opportunities: raise hand; read as an ELO is
interests:raise      x       .        .       .       .         .               .         .            .              .        .  # opportunities: raise hand
interests:decide     .       .        .       .       .         x               .         x            .              .        .  # opportunities: CRU; section 4, ELO: the coordinator answers
interests:comment    x       x        x       .       x         x               .         x            .              .        .  # no row: by whoever reads a student's interests, but for the auditor
designs:write        .       .        .       .       .         x               .         x            x              .        .  # templates, scales, rubrics, settings: CRU; the coordinator too, who gives designs to students
elos:read            x       x        x       x       x         x               .         x            reasoned       x        assigned # ELO, agreement: R
elos:write           x       .        .       .       .         x               .         .            .              .        .        # ELO, agreement: CRU
elos:propose         x       .        .       .       .         .               .         .            .              .        .        # section 4, ELO: submitted and handed in by the student
elos:decide          .       .        .       .       .         x               .         .            .              .        .        # section 4, ELO: the coordinator decides
elos:terminate       .       .        .       .       .         x               .         x            .              .        .        # section 4, ELO: terminated, by coordinator or principal
elos:sign            x       deciding x       .       x         x               .         x            .              .        assigned # ELO, agreement: S
elos:witness         .       .        x       .       x         x               .         x            .              .        assigned # section 4: signed in the room, before staff who work with the student
elos:record          .       .        .       .       .         x               x         .            .              .        .        # signatures: C paper; by the coordinator too, for ELOs
elos:review          .       .        .       .       .         x               .         .            .              .        assigned # section 4, ELO: benchmarks, panel and evaluation by its team
elos:comment         x       x        x       x       x         x               .         x            .              .        assigned # no row: by whoever reads it, but for district and auditor
log_entries:read     x       x        x       .       x         x               .         x            .              .        assigned # ELO log entries: R
log_entries:read_totals x x       x        .       x         x               .         x            .              x        assigned # ELO log entries: R totals
log_entries:write    x       .        .       .       .         .               .         .            .              .        .        # ELO log entries: CRU
log_entries:verify   .       .        .       .       .         x               .         .            .              .        assigned # ELO log entries: verify
site_visits:read     .       .        .       .       x         x               .         x            .              .        assigned # no row: the school's own visits, by staff
site_visits:write    .       .        .       .       .         x               .         .            .              .        .        # no row: the school's own visits, by the coordinator
off_campus:read      .       .        .       .       x         x               x         x            .              .        .        # no row: who is off campus today, for the office
credit:read          x       x        x       .       x         x               x         x            x              x        assigned # credit lines: R
credit:propose       .       .        .       .       .         x               .         .            .              .        .        # section 4, ELO: the coordinator writes the lines, and attests to the licence
credit:decide        .       .        .       .       .         .               .         .            .              .        assigned # credit lines: S by the teacher of record
credit:export        .       .        .       .       .         .               x         .            .              .        .        # credit lines: X
appeals:read         x       x        x       .       x         x               .         x            .              x        assigned # credit lines: appeal
appeals:file         x       deciding .       .       .         .               .         .            .              .        .        # credit lines: appeal
appeals:decide       .       .        .       .       .         .               .         x            .              .        .        # credit lines: S appeal
concerns:read        .       .        .       .       x         x               .         x            x              .        .        # concerns: R (and CRU)
concerns:write       .       .        .       .       .         x               .         x            .              .        .        # concerns: CRU
concerns:raise       x       x        x       x       .         x               .         x            .              .        assigned # concerns: C
mentor_links:read    .       .        .       .       .         x               .         x            .              .        .        # section 4: verification by link
mentor_links:write   .       .        .       .       .         x               .         .            .              .        .        # section 4: a mentor's link, given out by the coordinator
artifacts:read       x       x        x         .       x         x               .         x            .              sampled  assigned # artifacts, reflections, showcases: R
artifacts:read_drafts x       .        x         .       .         .               .         .            .              .        .        # artifact drafts: R
artifacts:write      x       .        .         .       .         .               .         .            .              .        .        # artifact drafts, artifacts: CRU
artifacts:record     .       .        x         x       .         .               .         .            .              .        .        # artifacts: C recorded_for
artifacts:comment    x       .        x         .       x         .               .         .            .              .        assigned # no row: words on the work, by who made it, who judges it, and advisor and counselor
uploads:write        x       .        x         x       .         .               .         .            .              .        .        # artifact drafts: CRU; artifacts: C recorded_for; the files of these
artifacts:assign     .       .        x         .       .         .               .         x            .              .        .        # section 4, artifact review: who judges is named by the advisor or the school's admin
artifacts:review     .       .        x         .       .         .               .         .            .              .        assigned # artifacts: review, review if assigned
artifacts:settle     .       .        .         .       .         .               .         x            .              .        .        # section 4, artifact review: appealed, then final by the admin's designee
showcases:read       x       x        x         .       x         x               .         x            .              sampled  .        # artifacts, reflections, showcases: R
showcases:write      x       .        .         .       .         .               .         .            .              .        .        # artifacts, reflections, showcases: CRU
showcases:take_down  .       .        .         .       .         .               .         x            .              .        .        # share links: stop; a whole showcase, by the school's admin with a reason
share_links:read     x       x        x         .       x         .               .         x            .              .        .        # share links: R
share_links:write    x       .        .         .       .         .               .         .            .              .        .        # share links: CRU
share_links:stop     x       holding  .         .       .         .               .         x            .              .        .        # share links: stop
calls:read           x       x        x         x       x         x               .         x            .              .        .        # calls for work: R
calls:oversee        .       .        x         x       x         x               .         x            .              .        .        # calls for work: R of staff, the call with all who were called
calls:write          .       .        x         x       .         x               .         .            .              .        .        # calls for work: CRU
consents:read        x       x        x         .       x         .               x         x            x              x        .        # consents: R; an advisor too, who is asked whether it may be shown
consents:give        holding deciding .         .       .         .               .         .            .              .        .        # consents: C by the holder; one deciding parent suffices
consents:withdraw    holding holding  .         .       .         .               .         .            .              .        .        # consents: U by any holder
disclosures:read     holding holding  .         .       .         .               .         x            x              sampled  .        # disclosure ledger: R by the holder (99.32(c))
exports:read         x       holding  .         .       .         .               .         x            .              .        .        # plan, artifacts: X; of others' exports the school sees that they are
exports:write        x       holding  .         .       .         .               .         .            .              .        .        # plan, artifacts: X
exports:write_class  .       .        .         .       .         .               .         x            .              .        .        # section 3, alumni: the archive is offered before exit
foreign_records:read x       x        x         .       x         .               .         x            .              .        .        # no row: history from another installation, read as a portfolio is
coverage:read        .       .        x       .       x         x               x         x            x              x        .  # reports on persons; aggregates
audit:read           .       .        .       .       .         .               .         x            x              x        .  # audit trail …: R school, CRU, R
imports:read         .       .        .       .       .         .               x         .            x              x        .  # …, imports (an import is the district's, no school's)
imports:write        .       .        .       .       .         .               x         .            x              .        .  # …, imports
"""

ALWAYS, NEVER = "x", "."
# What takes no role at all: an invited parent whose tie nobody confirmed yet signs in, too.
EVERYBODYS = {"self:manage"}


# Section 3, alumni: their own record, read-only, and the archive. 34 CFR 99.30: a consent ends
# when who holds the rights withdraws it, whether they are still at school or not.
ALUMNUS = """
self:manage people:read(own) settings:read roster:read relationships:read
plan_status:read plans:read plans:export signatures:read signatures:read_scans
goals:read reviews:read comments:read pathways:read supports:read supports:read_accommodations
links:read ratings:read interests:read elos:read log_entries:read log_entries:read_totals
credit:read appeals:read artifacts:read artifacts:read_drafts showcases:read share_links:read
calls:read consents:read consents:withdraw(holding) foreign_records:read exports:read exports:write
disclosures:read(holding)
"""


def table(text: str = MATRIX) -> dict[str, dict[str, str]]:
    """The cell of each permission and role."""
    (roles, *lines) = ([*_cells(line)] for line in text.strip().splitlines())
    cells_of = {permission: dict(zip(roles, cells, strict=True)) for permission, *cells in lines}
    granted = (word.rstrip(")").partition("(") for word in ALUMNUS.split())
    alumni = {permission: condition or ALWAYS for permission, _, condition in granted}
    return {
        permission: cells | {"alumnus": alumni.get(permission, NEVER)}
        for permission, cells in cells_of.items()
    }


def _cells(line: str) -> Iterator[str]:
    yield from line.split("#", maxsplit=1)[0].split()


TABLE = table()
