"""One row of every kind, three times over: at home, beside it, and in the foreign district.

Rows are found in the world by their owner; what most tests would stumble over,
`complete` adds for the sweep alone.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import lazyload

from plp_api.catalog.clearances.models import Clearance
from plp_api.catalog.elo_designs.models import DesignTemplate
from plp_api.catalog.elo_profiles.models import EloProfile
from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.models import (
    Insurance,
    Mentor,
    Partner,
    PartnerContact,
    PartnerSite,
)
from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.catalog.rubrics.models import Rubric
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import (
    Association,
    Framework,
    FrameworkImport,
    FrameworkItem,
)
from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock, db
from plp_api.foundation.archives.models import ForeignRecord, StudentExport
from plp_api.foundation.audit.models import Event
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.disclosures.models import Disclosure
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.ownership import (
    OwnedByDistrict,
    OwnedByPerson,
    OwnedBySchool,
    OwnedByStudent,
    PersonOfDistrict,
)
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.classes import AcademicSession, Class, Course, Enrollment
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    AdvisoryMember,
    Placement,
)
from plp_api.foundation.uploads.models import Upload
from plp_api.learning.agreements import terms
from plp_api.learning.agreements.models import Agreement, AgreementSignature
from plp_api.learning.artifact_reviews.models import ArtifactReview, CriterionScore
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactLink,
    ArtifactPart,
    ArtifactVersion,
    Reflection,
)
from plp_api.learning.attestations.models import MentorLink
from plp_api.learning.calls.models import CallForWork, CallRecipient
from plp_api.learning.concerns.models import Concern
from plp_api.learning.credit.models import Appeal, CreditLine
from plp_api.learning.elos.models import (
    Benchmark,
    Communication,
    Cost,
    Elo,
    EloGoal,
    EloPermission,
    EloStop,
    EloTime,
    TrainingTask,
)
from plp_api.learning.evaluations.models import Evaluation, Presentation, WorkHabits
from plp_api.learning.interests.models import Interest
from plp_api.learning.portfolios.models import Portfolio, PortfolioEntry
from plp_api.learning.ratings.models import Rating
from plp_api.learning.sharing.models import ShareLink, ShareOpening
from plp_api.learning.showcases.models import Showcase, ShowcaseItem, ShowcaseSection
from plp_api.learning.work_logs.models import Absence, LogEntry, SiteVisit
from plp_api.people.consents.models import Consent
from plp_api.people.rostering.models import RosterImport
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans.models import Statement
from plp_api.planning.renditions.models import Rendition
from plp_api.planning.signatures.models import (
    OutreachAttempt,
    SignatureDecline,
    SignatureDelegate,
    SignatureException,
    SignatureWaiver,
)
from plp_api.planning.signing.models import Scan, SigningLink
from plp_api.planning.supports.models import Support
from tests.foundation.access.reach import EVERYBODY, Owner, artifact_of, elo_of
from tests.learning.elo_world import PROFILE
from tests.world import SECTIONS, Place, World

# Read with what it is part of: by table, the permission to read that.
PART_OF = {"plan_versions": "plans:read", "goals": "goals:read", "reviews": "reviews:read"}
PART_OF |= {"pathway_elements": "pathways:read", "interests": "interests:read"}
PART_OF |= {"elos": "elos:read", "artifacts": "artifacts:read"}
# A link is changed with what it links: by table, the permission to change that.
CHANGED_WITH = {"goals": "goals:write", "pathway_elements": "pathways:write"}
CHANGED_WITH |= {"elos": "elos:write", "artifacts": "artifacts:write"}

LEVELS: list[Any] = [{"key": key, "title": key, "description": ""} for key in ("not_met", "met")]

HOME, OTHER, FOREIGN = "home", "other", "foreign"


def complete(world: World) -> None:
    """Add, in the running transaction, rows of kinds that the world does without."""
    for place in (world.home, world.away):
        # Of several, a list is read beneath the first: the partner and the item that have parts.
        _add_partner(place)
        _add_standards(place)
        _add_opportunities(place)
        for student in (place.student, place.other_student):
            complete_student(place, student)
        _add_for_place(place)
        _add_uploads(place)
        _add_designs(place)
        _assign(place, place.student, role="cooperating_teacher", person_id=place.team_member.id)
    db.session().flush()


def complete_student(place: Place, student: Any) -> None:
    """Add the rows of kinds that the student of the world does without."""
    _add_for_student(place, student)
    _add_signatures(place, student)
    _add_signing(place, student)
    _add_statement(place, student)
    _add_family(place, student)
    _add_interest(place, student)
    _add_evidence(place, student)
    _add_elo(place, student)
    _add_portfolio(place, student)


def _add_for_student(place: Place, student: Any) -> None:
    own = {"district_id": place.district_id, "student_id": student.id, "author_id": student.id}
    for subject, key in (("plan_versions", student.version_id), ("goals", student.goal_id)):
        row = Comment(
            **own,
            subject_type=subject,
            subject_id=key,
            author_role="student",
            body="What I meant by this.",
        )
        db.session().add(row)
    db.session().add_all(_element_with_comment(own, student))
    stays = {"host_district_id": place.district_id, "school_id": place.school_id, "kind": "cte"}
    since = clock.today() - timedelta(days=10)
    del own["author_id"]
    db.session().add(Placement(**own, **stays, starts_on=since, ends_on=since))


def _element_with_comment(own: dict[str, Any], student: Any) -> list[Any]:
    owned = {key: own[key] for key in ("district_id", "student_id")}
    element = PathwayElement(
        id=db.new_id(),
        **owned,
        plan_id=student.plan_id,
        planned_by=student.id,
        type="dual_enrollment",
        title="Nursing",
    )
    about = {"subject_type": "pathway_elements", "subject_id": element.id}
    return [element, Comment(**own, **about, author_role="student", body="In spring?")]


def _add_family(place: Place, student: Any) -> None:
    """Home study of former times, a support, and the version in another language."""
    own = {"district_id": place.district_id, "student_id": student.id}
    since, staff = clock.today() - timedelta(days=10), place.case_manager.id
    said = {"about_me": {"title": "Sobre mí", "body": "Hola."}}
    rendered: dict[str, Any] = {"sections": said, "goals": {}}
    db.session().add_all(
        [
            HomeStudy(**own, starts_on=since, ends_on=since),
            Support(**own, kind="est", starts_on=since, coordinator_id=staff, accommodations=[]),
            Rendition(
                **own,
                **rendered,
                plan_version_id=student.version_id,
                snapshot_sha256="0" * 64,
                language="es",
                translator_name="M.",
                supplied_by=staff,
            ),
        ]
    )


def _add_opportunities(place: Place) -> None:
    """One of each school and one of the district's, at the partner's site."""
    own = {"district_id": place.district_id}
    sites = select(PartnerSite).where(PartnerSite.district_id == place.district_id)
    site = db.session().scalars(sites).one()
    at_site = {"partner_id": site.partner_id, "site_id": site.id, "kind": "service"}
    db.session().add_all(
        [
            Opportunity(**own, school_id=school_id, **at_site, title="Help with lambs", seats=100)
            for school_id in (place.school_id, place.other_school_id, None)
        ]
    )
    db.session().flush()


def _add_interest(place: Place, student: Any) -> None:
    """A seat held for the student at the school's opportunity, with a comment."""
    own = {"district_id": place.district_id, "student_id": student.id}
    is_at_school = Opportunity.school_id == place.school_id
    opportunity = db.session().scalars(select(Opportunity).where(is_at_school)).first()
    assert opportunity is not None
    held = {"status": "approved", "last_day": clock.today(), "decided_at": clock.now()}
    interest = Interest(
        id=db.new_id(),
        **own,
        opportunity_id=opportunity.id,
        **held,
        decided_by=place.elo_coordinator.id,
    )
    about = {"subject_type": "interests", "subject_id": interest.id}
    said = {"author_id": student.id, "author_role": "student", "body": "When does it begin?"}
    db.session().add_all([interest, Comment(**own, **about, **said)])


def _add_signatures(place: Place, student: Any) -> None:
    """What became of requirements to sign. The parent of `student` is at home in each place."""
    own = {"district_id": place.district_id, "student_id": student.id}
    staff, version = place.school_admin.id, {"signed_version_id": student.version_id}
    about = {"role": "student", "basis": "silence", "reason": "Nobody answers."}
    tried = {"role": "parent", "tried_on": clock.today(), "mode": "phone", "outcome": "no_answer"}
    db.session().add_all(
        [
            SignatureException(**own, **version, **about, given_by=staff),
            SignatureDecline(
                **own, **version, role="parent", person_id=place.parent.id, words="Not so."
            ),
            SignatureWaiver(**own, reason="state_custody", starts_on=clock.today(), set_by=staff),
            SignatureDelegate(
                **own, parent_id=place.parent.id, name="Aunt", starts_on=clock.today()
            ),
            OutreachAttempt(**own, **tried, review_id=student.review_id, logged_by=staff),
        ]
    )


def _scanned(place: Place, student: Any, folder: str) -> StoredFile:
    """The row of a scan that the registrar entered; its content is nowhere."""
    return StoredFile(
        district_id=place.district_id,
        name=f"{folder}/{student.id}",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
        uploaded_by=place.registrar.id,
    )


def _add_signing(place: Place, student: Any) -> None:
    """What the student signs without an account: a scan is seen, of the family, by its signer."""
    own = {"district_id": place.district_id, "student_id": student.id}
    signer = {"plan_version_id": student.version_id, "person_id": student.id, "role": "student"}
    staff = place.registrar.id
    asked = {"identity_check": "birth_date", "expires_at": clock.now() + timedelta(days=1)}
    hashes = {"snapshot_sha256": "0" * 64, "token_sha256": str(student.id)}
    file = _scanned(place, student, "scans")
    db.session().add_all(
        [
            SigningLink(**own, **signer, **asked, **hashes, issued_by=staff),
            Scan(**own, **signer, file=file),
        ]
    )


def _add_statement(place: Place, student: Any) -> None:
    row = Statement(
        district_id=place.district_id,
        student_id=student.id,
        plan_id=student.plan_id,
        plan_version_id=student.version_id,
        part="",
        part_sha256="0" * 64,
        body="That is not how it was.",
        author_id=student.id,
        author_role="student",
    )
    db.session().add(row)


def _add_evidence(place: Place, student: Any) -> None:
    """A rating in an item of a framework of the student's own, and links of their work to it."""
    own = {"district_id": place.district_id}
    changed = {"last_changed_at": clock.now()}
    scale = Scale(id=db.new_id(), **own, title="Pass or not", levels=LEVELS)
    framework = Framework(
        id=db.new_id(), **own, **changed, identifier=db.new_id(), source="csv", title="Ours"
    )
    db.session().add_all([scale, framework])
    db.session().flush()
    item = FrameworkItem(
        id=db.new_id(),
        **own,
        **changed,
        framework_id=framework.id,
        identifier=db.new_id(),
        statement="Listens.",
    )
    db.session().add(item)
    db.session().flush()
    theirs = {**own, "student_id": student.id, "framework_item_id": item.id}
    db.session().add(
        Rating(
            **theirs,
            scale_id=scale.id,
            level="met",
            is_self=True,
            rated_on=clock.today(),
            rated_by=student.id,
            rated_as="student",
        )
    )
    element = select(PathwayElement.id).where(PathwayElement.student_id == student.id)
    subjects = {"goals": student.goal_id, "pathway_elements": db.session().scalars(element).first()}
    db.session().add_all(
        ItemLink(**theirs, subject_type=table, subject_id=key, linked_by=student.id)
        for table, key in subjects.items()
    )


def _add_elo(place: Place, student: Any) -> None:
    """An ELO at the partner's site, with one of everything that belongs to it."""
    own = {"district_id": place.district_id, "student_id": student.id}
    mentor = (
        db.session()
        .scalars(select(Mentor).where(Mentor.district_id == place.district_id).order_by(Mentor.id))
        .first()
    )
    assert mentor is not None
    today = clock.today()
    elo = Elo(
        id=elo_of(student.id),
        **own,
        plan_id=student.plan_id,
        school_id=place.school_id,
        type="internship",
        status="active",
        title="Nursing at the clinic",
        profile=PROFILE,
        partner_id=mentor.partner_id,
        earliest_start=today,
        latest_end=today + timedelta(days=90),
        created_by=student.id,
        waiting_since=clock.now(),
    )
    db.session().add(elo)
    db.session().flush()
    _assign(place, student, role="mentor", mentor_id=mentor.id)
    rated = update(Rating).where(Rating.student_id == student.id)
    db.session().execute(rated.values(elo_id=elo.id))
    part, by = {**own, "elo_id": elo.id}, place.elo_coordinator.id
    db.session().add_all(
        [
            EloGoal(**part, goal_id=student.goal_id),
            EloTime(**part, weekday=1, begins=540, ends=720),
            Benchmark(**part, title="First draft"),
            TrainingTask(**part, task="Takes blood pressure"),
            Communication(**part, party="Mentor", means="E-mail", rhythm="Every week"),
            EloPermission(**part, kind="private_vehicle", recorded_by=by),
            Cost(**part, what="Bus", amount_cents=500, borne_by="school"),
            EloStop(**part, why="suspended", starts_on=today - timedelta(days=2), ends_on=today),
            LogEntry(**part, on=today, minutes=90, activity="Watched an intake."),
            Absence(**part, on=today, recorded_by=by),
            SiteVisit(**part, on=today, words="All well.", visited_by=by),
            WorkHabits(**part, moment="midpoint", rated_on=today, rated_by=by),
            Presentation(**part, held_on=today, recorded_by=by),
            Evaluation(**part, evaluated_by=by, evaluated_at=clock.now()),
            Concern(**part, kind="safety", words="No gloves.", raised_by=student.id),
        ]
    )
    about = {"subject_type": "elos", "subject_id": elo.id}
    item = select(Rating.framework_item_id).where(Rating.student_id == student.id)
    item_id = db.session().scalars(item).first()
    said = {"author_id": student.id, "author_role": "student", "body": "May I bring a friend?"}
    db.session().add_all(
        [
            Comment(**own, **about, **said),
            ItemLink(**own, **about, framework_item_id=item_id, linked_by=student.id),
        ]
    )
    _add_agreement(place, student, part)
    _add_credit(place, student, part)


def _add_uploads(place: Place) -> None:
    """An upload of everybody's, for the student."""
    waits = {"filename": "poem.txt", "size": 10, "expires_at": clock.now() + timedelta(days=1)}
    own = {"district_id": place.district_id, "student_id": place.student.id}
    people = {getattr(place, name).id for name in EVERYBODY}
    db.session().add_all(Upload(**own, **waits, person_id=person_id) for person_id in people)


def _add_portfolio(place: Place, student: Any) -> None:
    """A draft and a kept artifact, with one of everything that belongs to the kept one."""
    own = {"district_id": place.district_id, "student_id": student.id}
    today = clock.today()
    if (rubric := _first(Rubric, place)) is None:
        _add_rubrics(place)
        rubric = _first(Rubric, place)
    call = CallForWork(
        id=db.new_id(),
        district_id=place.district_id,
        school_id=db.session().get_one(Student, student.id).plan_home_school_id,
        title="Your best page",
        called_by=place.advisor.id,
    )
    db.session().add(call)
    db.session().flush()
    called = CallRecipient(id=db.new_id(), **own, call_id=call.id)
    db.session().add(called)
    db.session().flush()
    work = {**own, "kind": "writing", "made_on": today}
    draft = Artifact(id=db.new_id(), **work, title="Half a poem")
    artifact = Artifact(
        id=artifact_of(student.id),
        **work,
        title="A poem",
        status="kept",
        number=1,
        call_recipient_id=called.id,
        # The first of every list: a draft without versions is read by fewer statements.
        created_at=clock.now() - timedelta(minutes=1),
    )
    db.session().add_all([draft, artifact])
    db.session().flush()
    part = {**own, "artifact_id": artifact.id}
    version = ArtifactVersion(id=db.new_id(), **part, number=1, added_by=student.id)
    db.session().add(version)
    db.session().flush()
    answers = [{"key": "what", "question": "What?", "text": "A poem."}]
    file = _scanned(place, student, "uploads")
    file.thumbnail = f"thumbnails/{student.id}"
    db.session().add(file)
    db.session().flush()
    text = {"version_id": version.id, "position": 1, "kind": "file", "file_id": file.id}
    text |= {"text": "Snow."}
    address = {"version_id": version.id, "position": 2, "kind": "link"}
    address |= {"url": "https://poems.example/snow"}
    about = {"subject_type": "artifacts", "subject_id": artifact.id}
    item = select(Rating.framework_item_id).where(Rating.student_id == student.id)
    item_id = db.session().scalars(item).first()
    said = {"author_id": student.id, "author_role": "student", "body": "Is it too short?"}
    db.session().add_all(
        [
            ArtifactPart(**part, **text),
            ArtifactPart(**part, **address),
            Reflection(**part, number=1, answers=answers, written_by=student.id),
            ArtifactLink(**part, goal_id=student.goal_id, linked_by=student.id),
            Comment(**own, **about, **said),
            ItemLink(**own, **about, framework_item_id=item_id, linked_by=student.id),
        ]
    )
    review = ArtifactReview(
        id=db.new_id(),
        **part,
        version_id=version.id,
        rubric_id=rubric.id,
        status="in_review",
        evaluator_id=place.team_member.id,
        submitted_at=clock.now(),
    )
    db.session().add(review)
    db.session().flush()
    scored = {"review_id": review.id, "criterion_key": "sources", "level": "done"}
    db.session().add(CriterionScore(**part, **scored))
    _add_rating_of(review)
    _add_showcase(place, student, version)


def _add_rating_of(review: ArtifactReview) -> None:
    """A rating that followed from the review."""
    own = {"district_id": review.district_id, "student_id": review.student_id}
    theirs = select(Rating).where(Rating.student_id == review.student_id)
    known = db.session().scalars(theirs).first()
    assert known is not None
    db.session().add(
        Rating(
            **own,
            framework_item_id=known.framework_item_id,
            scale_id=known.scale_id,
            level=known.level,
            is_self=False,
            rated_on=clock.today(),
            rated_by=review.evaluator_id,
            rated_as="team_member",
            artifact_id=review.artifact_id,
            artifact_review_id=review.id,
        )
    )


def _add_showcase(place: Place, student: Any, version: ArtifactVersion) -> None:
    """The work in a portfolio, in a showcase with a link, in an export, and from elsewhere."""
    own = {"district_id": place.district_id, "student_id": student.id}
    if (template := _first(PortfolioTemplate, place)) is None:
        _add_portfolio_templates(place)
        template = _first(PortfolioTemplate, place)
    portfolio = Portfolio(id=db.new_id(), **own, template_id=template.id)
    showcase = Showcase(id=db.new_id(), **own, title="My year")
    db.session().add_all([portfolio, showcase])
    db.session().flush()
    entry = {"slot_key": "best", "artifact_id": version.artifact_id}
    section = {"showcase_id": showcase.id, "position": 1}
    asked = {"identity_check": "none", "expires_at": clock.now() + timedelta(days=1)}
    link = ShareLink(
        id=db.new_id(),
        **own,
        **asked,
        token_sha256=f"share {student.id}",
        issued_by=student.id,
        showcase_id=showcase.id,
        name_shown="family",
    )
    db.session().add_all(
        [
            PortfolioEntry(**own, **entry, portfolio_id=portfolio.id),
            ShowcaseSection(**own, **section, title="Writing"),
            ShowcaseItem(**own, **section, artifact_id=version.artifact_id, version_id=version.id),
            link,
        ]
    )
    db.session().flush()
    given = {"party": "Grandmother", "interest": "family", "what": "a showcase"}
    given |= {"basis": "consent", "subject_type": "showcases"}
    consent = {"purpose": "sharing", "text": "You may.", "given_as": "parent"}
    db.session().add_all(
        [
            ShareOpening(**own, link_id=link.id, what="page"),
            Disclosure(**own, **given, subject_id=showcase.id, link_id=link.id),
            Consent(**own, **consent, given_by=place.parent.id, given_on=clock.today()),
            StudentExport(**own, requested_by=student.id, requested_for=student.id),
            ForeignRecord(
                **own,
                part="ratings",
                foreign_id="1",
                content={"level": "met"},
                came_from="Another school",
                archive_sha256="0" * 64,
            ),
        ]
    )


def _first(model: Any, place: Place) -> Any:
    """A row of the place's district, if there is one."""
    db.session().flush()
    return db.session().scalars(select(model).where(model.district_id == place.district_id)).first()


def _add_portfolio_templates(place: Place) -> None:
    """A template of each school and one of the district's."""
    slot = {"key": "best", "title": "Best work", "description": "", "least": 1, "most": None}
    slots = [{**slot, "kinds": [], "framework_item_ids": []}]
    db.session().add_all(
        PortfolioTemplate(
            district_id=place.district_id, school_id=school_id, title="Year", slots=slots
        )
        for school_id in (None, place.school_id, place.other_school_id)
    )
    db.session().flush()


def _add_agreement(place: Place, student: Any, part: dict[str, Any]) -> None:
    """An agreement that the student has signed on paper."""
    elo, signers = db.session().get_one(Elo, part["elo_id"]), ["student"]
    content = terms.content(elo, 1, signers, is_ordered=False)
    sha256 = terms.digest(content)
    agreement = Agreement(
        id=db.new_id(), **part, edition=1, terms=content, sha256=sha256, signers=signers
    )
    db.session().add(agreement)
    db.session().flush()
    signed = {"role": "student", "person_id": student.id, "method": "paper", "sha256": sha256}
    file = _scanned(place, student, "agreements")
    db.session().add(AgreementSignature(**part, **signed, agreement_id=agreement.id, file=file))


def _add_credit(place: Place, student: Any, part: dict[str, Any]) -> None:
    """A denied line of credit, and the student's appeal."""
    by = {"teacher_of_record_id": place.teacher.id, "proposed_by": place.elo_coordinator.id}
    line = CreditLine(id=db.new_id(), **part, **by, area="Health", amount=1, status="denied")
    db.session().add(line)
    db.session().flush()
    about = {"about": "credit", "credit_line_id": line.id}
    db.session().add(Appeal(**part, **about, words="I did the work.", filed_by=student.id))


def _assign(place: Place, student: Any, **somebody: Any) -> None:
    """Assign somebody to the student's ELO."""
    work = {"subject_type": "elos", "subject_id": elo_of(student.id)}
    since = clock.today() - timedelta(days=10)
    own = {"district_id": place.district_id, "student_id": student.id}
    db.session().add(Assignment(**own, **work, **somebody, starts_on=since))


def _add_designs(place: Place) -> None:
    """A design of each school and one of the district's, and the rules for one type of ELO."""
    own = {"district_id": place.district_id}
    db.session().add_all(
        DesignTemplate(**own, school_id=school_id, type="internship", title="At a clinic")
        for school_id in (None, place.school_id, place.other_school_id)
    )
    ours = EloProfile.district_id == place.district_id
    if db.session().scalars(select(EloProfile).where(ours)).first() is None:
        db.session().add(EloProfile(**own, type="internship"))
    mentors = select(Mentor.id).where(Mentor.district_id == place.district_id)
    db.session().add(
        MentorLink(
            **own,
            mentor_id=db.session().scalars(mentors).first(),
            token_sha256=str(place.district_id),
            identity_check="none",
            issued_by=place.elo_coordinator.id,
            expires_at=clock.now() + timedelta(days=1),
        )
    )


def _add_for_place(place: Place) -> None:
    own, since = {"district_id": place.district_id}, clock.today()
    at_middle_school = {**own, "school_id": place.other_school_id}
    room = Class(id=db.new_id(), **at_middle_school, title="English 8")
    middle = Advisory(id=db.new_id(), **at_middle_school, name="Middle")
    year = {"starts_on": since, "ends_on": since + timedelta(days=300), "school_year": 2027}
    db.session().add_all(
        [
            room,
            Course(**own, title="English"),
            AcademicSession(**own, title="This year", type="schoolYear", **year),
            AcademicSession(**own, title="Autumn", type="term", **year),
            RosterImport(**own, profile="lenient", sha256="0" * 64),
            PlanTemplate(**at_middle_school, name="Middle", sections=SECTIONS, status="draft"),
            PlanTemplate(**own, school_id=place.school_id, name="High", sections=SECTIONS),
            middle,
        ]
    )
    db.session().flush()
    learns = {"class_id": room.id, "person_id": place.other_student.id, "role": "student"}
    is_in = {"advisory_id": middle.id, "student_id": place.other_student.id}
    leads = {"advisory_id": middle.id, "person_id": place.other_advisor.id}
    db.session().add_all(
        [
            Enrollment(**at_middle_school, **learns, starts_on=since),
            AdvisoryMember(**own, **is_in, starts_on=since),
            AdvisoryAdvisor(**at_middle_school, **leads, starts_on=since),
        ]
    )


def _add_partner(place: Place) -> None:
    """A partner with one of everything that belongs to it."""
    partner = Partner(
        id=db.new_id(), district_id=place.district_id, kind="business", name="Granite Works"
    )
    db.session().add(partner)
    db.session().flush()
    own, today = {"district_id": place.district_id, "partner_id": partner.id}, clock.today()
    mentor = Mentor(id=db.new_id(), **own, name="Tom Averill")
    db.session().add_all(
        [
            PartnerSite(**own, name="Shed"),
            PartnerContact(**own, name="Ines Morel"),
            mentor,
            Insurance(**own, kind="vehicle", insurer="Maple Mutual", starts_on=today),
        ]
    )
    db.session().flush()
    passed = {"kind": "training", "is_cleared": True, "checked_on": today}
    by = place.elo_coordinator.id
    db.session().add(
        Clearance(**own, **passed, mentor_id=mentor.id, mentor_name=mentor.name, recorded_by=by)
    )


def _add_rubrics(place: Place) -> None:
    own = {"district_id": place.district_id}
    levels = [{"key": key, "title": key, "description": ""} for key in ("not_yet", "done")]
    scale = Scale(id=db.new_id(), **own, title="Two levels", levels=levels, is_default=True)
    criterion = {"key": "sources", "title": "Sources", "description": "", "descriptors": {}}
    criteria = [{**criterion, "framework_item_ids": []}]
    written = {**own, "title": "Talk", "criteria": criteria, "scale": scale}
    db.session().add(scale)
    for school_id in (None, place.school_id, place.other_school_id):
        db.session().add(Rubric(**written, school_id=school_id))


def _add_standards(place: Place) -> None:
    """A framework with an item, an association of it with one outside, and its import."""
    own, dated = {"district_id": place.district_id}, {"last_changed_at": clock.now()}
    framework = Framework(
        id=db.new_id(), identifier=db.new_id(), **own, **dated, source="case", title="Skills"
    )
    db.session().add(framework)
    db.session().flush()
    part = {**own, **dated, "framework_id": framework.id}
    item = FrameworkItem(id=db.new_id(), identifier=db.new_id(), **part, statement="Listens.")
    db.session().add(item)
    db.session().flush()
    ends = {"origin_item_id": item.id, "origin_identifier": str(item.identifier)}
    ends |= {"origin_uri": "", "origin_title": "", "destination_identifier": "local:1"}
    ends |= {"destination_uri": "local:1", "destination_title": "A page"}
    db.session().add_all(
        [
            Association(**part, **ends, identifier=db.new_id(), type="exemplar"),
            FrameworkImport(**own, format="case", sha256="0" * 64),
        ]
    )


def an_event(place: Place) -> Event:
    """An event about the student of the place, whose review was held."""
    return Event(
        district_id=place.district_id,
        student_id=place.student.id,
        subject_type="reviews",
        subject_id=place.student.review_id,
        type="review.held",
        position=1,
        payload_hash="0" * 64,
    )


def all_rows(models: list[Any]) -> dict[Any, dict[UUID, Owner]]:
    """The owner of every row of the tables; the transaction must have entered both districts."""
    students = set(db.session().scalars(select(Student.id)))
    members: dict[UUID, set[UUID]] = {}
    for one in db.session().scalars(select(AdvisoryMember)):
        members.setdefault(one.advisory_id, set()).add(one.student_id)
    found: dict[Any, dict[UUID, Owner]] = {}
    for model in models:
        plain = [lazyload(getattr(model, one.key)) for one in inspect(model).relationships]
        listed = db.session().scalars(select(model).options(*plain).order_by(model.id))
        found[model] = {row.id: _owner(row, students, members) for row in listed}
    return found


def _owner(row: Any, students: set[UUID], members: dict[UUID, set[UUID]]) -> Owner:
    match row.__ownership__:
        case OwnedByStudent(column=column, about=about, assigned_by=work):
            return Owner(
                row.district_id,
                student_id=getattr(row, column),
                about=getattr(row, about) if about else None,
                part_of=_needed_besides(row),
                changed_with=CHANGED_WITH.get(getattr(row, "subject_type", "")),
                work=getattr(row, work) if work else None,
            )
        case OwnedBySchool(column=column, by=by):
            advisory = getattr(row, "advisory_id", row.id)
            return Owner(
                row.district_id,
                school_id=getattr(row, column),
                member_ids=frozenset(members.get(advisory, ())),
                person_id=getattr(row, by) if by else None,
            )
        case PersonOfDistrict():
            student_id = row.id if row.id in students else None
            return Owner(row.district_id, student_id=student_id, person_id=row.id)
        case OwnedByDistrict(column=column):
            return Owner(getattr(row, column), kind=getattr(row, "type", None))
        case OwnedByPerson(column=column):
            return Owner(row.district_id, person_id=getattr(row, column))
    raise AssertionError(
        f"{type(row).__name__}: say in tests/foundation/access/rows.py whose such rows are"
    )


def _needed_besides(row: Any) -> str | None:
    """The permission that the row's reader needs besides that of its table."""
    for column, value, needed in row.__ownership__.hidden:
        if getattr(row, column) == value:
            return str(needed)
    if isinstance(row, ForeignRecord):
        return "ratings:read"
    return PART_OF.get(getattr(row, "subject_type", ""))


def is_at(where: str, owner: Owner, ownership: Any, world: World, reader: Any) -> Any:
    """Whether a row is one to try at that place of the world."""
    place = world.away if where == FOREIGN else world.home
    is_other = where == OTHER
    student = place.other_student if is_other else place.student
    match ownership:
        case OwnedByStudent() | PersonOfDistrict():
            return owner.student_id == student.id
        case OwnedBySchool():
            return owner.school_id == (place.other_school_id if is_other else place.school_id)
        case OwnedByDistrict():
            return owner.district_id == place.district_id and not is_other
        case OwnedByPerson():
            someone = world.home.senior_parent if is_other else world.away.counselor
            return owner.person_id == (reader.person.id if where == HOME else someone.id)
    raise AssertionError(f"{ownership}: say in tests/foundation/access/rows.py which rows to try")


def places(ownership: Any) -> tuple[str, ...]:
    """Where to look for rows: of what is a district's there are none beside those at home."""
    return (HOME, FOREIGN) if isinstance(ownership, OwnedByDistrict) else (HOME, OTHER, FOREIGN)
