"""Using a mentor's link: every use asks again who may, and what waits.

A holder whose use is refused learns only that the link was used, has expired or has ended;
the audit trail records the exact reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor, Partner
from plp_api.foundation import clock, db
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.disclosures import actions as disclosures
from plp_api.foundation.disclosures.models import DisclosureBasis
from plp_api.foundation.links import actions as links
from plp_api.foundation.links.models import LinkCheck, LinkEnd
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import names
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.learning.agreements.models import Agreement
from plp_api.learning.attestations import actions, opened, waiting
from plp_api.learning.attestations.models import USED, MentorLink, MentorLinkStatus
from plp_api.learning.attestations.waiting import LogEntry, Moment, Waiting
from plp_api.learning.elos.models import Elo

INTEREST = "Mentor of the ELO: attests the student's work for the school (34 CFR 99.31(a)(1))"


@dataclass(frozen=True)
class Bearing:
    """A usable link, locked until the transaction ends, with the ELOs that it opens today."""

    link: MentorLink
    mentor: Mentor
    district: District
    elos: Sequence[Elo]

    @property
    def today(self) -> date:
        """The date in the district."""
        return self.district.today

    @property
    def may_sign(self) -> bool:
        """Whether an agreement may be signed by it: not by a link without a code."""
        return self.link.identity_check == LinkCheck.CODE

    @property
    def may_worry(self) -> bool:
        """Whether one more concern may be raised by it."""
        return waiting.may_raise(self.link)


@dataclass(frozen=True)
class OnEntry:
    """What the mentor says of one log entry: other minutes, or why they decline it."""

    entry: LogEntry
    minutes: int | None = None
    words: str = ""
    is_declined: bool = False


@dataclass(frozen=True)
class OnHabits:
    """What the mentor says of the work habits at one moment."""

    elo: Elo
    moment: Moment
    levels: Mapping[str, str]
    words: str = ""


@dataclass(frozen=True)
class OnAgreement:
    """That the mentor signs the agreement that they read, or why they do not."""

    agreement: Agreement
    sha256: str
    words: str = ""
    is_declined: bool = False


@dataclass(frozen=True)
class OnConcern:
    """What worries the mentor about the student of an ELO."""

    elo: Elo
    kind: str
    words: str


@dataclass(frozen=True)
class Said:
    """All that the mentor says by one use of a link, under their name.

    `left` counts the answers that are not kept: what they are about has changed.
    """

    name: str
    entries: Sequence[OnEntry] = ()
    habits: Sequence[OnHabits] = ()
    agreements: Sequence[OnAgreement] = field(default_factory=tuple)
    left: int = 0

    @property
    def is_anything(self) -> bool:
        """Whether the mentor says anything."""
        return bool(self.entries or self.habits or self.agreements)


def bring(token: str) -> Bearing:
    """Load and lock the token's link and its ELOs, and enter their districts.

    Raises Problem: not_found, link_used, link_expired, link_ended; the last three are
    recorded in the audit trail.
    """
    link, mentor, district = _known(token)
    elos = _opened(link, mentor, district)
    _lock(elos)
    db.lock(link)
    elos = [elo for elo in elos if elo.status in opened.ATTESTED]
    if refusal := _refusal(link, mentor, elos, district.today):
        raise _refused(link, mentor, *refusal)
    return Bearing(link, mentor, district, elos)


def _known(token: str) -> tuple[MentorLink, Mentor, District]:
    """The link of the token, in whatever state. Raises Problem: not_found."""
    kept = select(MentorLink).where(MentorLink.token_sha256 == links.digest(token))
    link = db.session().scalar(kept)
    if link is None:
        raise Problem(Code.NOT_FOUND)
    db.enter([link.district_id])
    mentor = db.session().get_one(Mentor, link.mentor_id)
    return link, mentor, db.session().get_one(District, link.district_id)


def _opened(link: MentorLink, mentor: Mentor, district: District) -> list[Elo]:
    """The ELOs of the link at which the mentor works today, and which its issuer reaches today."""
    issuer = opened.issuer_of(link, district.today)
    db.enter(issuer.caller.districts)
    elos = opened.works_on(mentor, district.today)
    return opened.by(issuer, [elo for elo in elos if str(elo.id) in link.elo_ids])


def _lock(elos: Sequence[Elo]) -> None:
    """Lock the ELOs and, before them, their students: so does whoever logs hours."""
    for student_id in sorted({elo.student_id for elo in elos}):
        db.lock(db.session().get_one(Student, student_id))
    for elo in elos:
        db.lock(elo)


def _refusal(
    link: MentorLink, mentor: Mentor, elos: Sequence[Elo], today: date
) -> tuple[Code, str] | None:
    """Why the link cannot be used: the code for the holder, and the audit trail's reason."""
    match link.status:
        case MentorLinkStatus.USED:
            return Code.LINK_USED, "used"
        case MentorLinkStatus.ENDED:
            return Code.LINK_ENDED, link.end_reason or "ended"
        case MentorLinkStatus.EXPIRED:
            return Code.LINK_EXPIRED, "expired"
    if mentor.ends_on is not None and mentor.ends_on <= today:
        return Code.LINK_ENDED, "mentor_left"
    if link.is_mailed and link.mailbox != actions.mailbox_hash(mentor):
        return Code.LINK_ENDED, "address_changed"
    if not elos:
        return Code.LINK_ENDED, "reach_changed"
    return None


def _refused(link: MentorLink, mentor: Mentor, code: Code, why: str) -> Problem:
    link_id, district_id = link.id, link.district_id

    def note() -> None:
        db.enter([district_id])
        _note("mentor_link.refused", db.session().get_one(MentorLink, link_id), reason=why)

    return Problem(code, extra=known_of(mentor), afterwards=note)


def known_of(mentor: Mentor) -> dict[str, Any]:
    """What a refusal may know: the language, and whether a fresh link could be mailed at all."""
    return {"language": mentor.language, "offers_fresh": actions.is_mail_set_up()}


def _note(event: str, link: MentorLink, **payload: Any) -> None:
    """Record an event without an actor: nobody is signed in, so the payload names the mentor."""
    audit.record(event, link, by=None, mentor_id=link.mentor_id, **payload)


def note_opened(bearing: Bearing) -> None:
    """Record the first time that the address is opened."""
    if bearing.link.opened_at is None:
        bearing.link.opened_at = clock.now()
        _note("mentor_link.opened", bearing.link)


def check(bearing: Bearing, code: str) -> bool:
    """Whether the holder knows the link's code. The fifth wrong answer ends the link.

    The view must return a page and raise no Problem: then the transaction commits the
    count while the link is locked, and simultaneous guesses are each counted.
    """
    link = bearing.link
    if link.identity_check == LinkCheck.NONE or links.is_code(link, code):
        _note("mentor_link.read", link)
        return True
    is_last = links.spend_attempt(link)
    _note("mentor_link.check_failed", link)
    if is_last:
        actions.end(link, LinkEnd.ATTEMPTS_USED_UP, None)
    return False


def read(bearing: Bearing) -> list[Waiting]:
    """What waits for the mentor; what is shown of each student goes into the ledger."""
    found = waiting.of(bearing.elos, bearing.today)
    mentor = bearing.mentor
    partner = db.session().get_one(Partner, mentor.partner_id)
    disclosures.record(
        [(one.elo, _what(bearing, one)) for one in found],
        party=f"{mentor.name}, {partner.name}",
        interest=INTEREST,
        basis=DisclosureBasis.SCHOOL_OFFICIAL,
        link_id=bearing.link.id,
    )
    return found


def _what(bearing: Bearing, shown: Waiting) -> str:
    parts = ["name and title of the ELO"]
    parts += ["log entries"] if shown.entries else []
    parts += ["the agreement"] if shown.agreement and bearing.may_sign else []
    return ", ".join(parts)


def attest(bearing: Bearing, said: Said, language: str, concern: OnConcern | None = None) -> None:
    """Record all that the mentor says, and what worries them; the link is used up.

    Raises Problem: agreement_changed, signature_early, day_overfull; then nothing is kept.
    """
    link = bearing.link
    if concern is not None:
        raise_concern(bearing, concern)
    for on_entry in said.entries:
        _decide(link, on_entry)
    for habits in said.habits:
        of_moment = (habits.moment, habits.levels, habits.words)
        waiting.rate(habits.elo, link, *of_moment, bearing.today)
    for one in said.agreements:
        if one.is_declined:
            waiting.refuse_to_sign(one.agreement, link, one.words, language)
        else:
            waiting.sign(one.agreement, link, one.sha256, said.name, language)
    links.use_up(link, USED)
    counts = {"entries": len(said.entries), "habits": len(said.habits)}
    _note("mentor_link.used", link, **counts, agreements=len(said.agreements), language=language)


def _decide(link: MentorLink, said: OnEntry) -> None:
    if said.is_declined:
        waiting.decline(said.entry, link, said.words)
    else:
        waiting.confirm(said.entry, link, said.minutes, said.words)


def raise_concern(bearing: Bearing, said: OnConcern) -> None:
    """Raise a concern; the link stays usable."""
    waiting.raise_concern(said.elo, bearing.mentor, bearing.link, said.kind, said.words)
    _note("mentor_link.concern_raised", bearing.link)


def ask_for_fresh(token: str) -> str:
    """Mail a fresh link to the address on file, where a known link is spent; the page's language.

    Whoever asks learns nothing: neither whether the link was known, nor whether anything
    was mailed. A link that a person ended offers none.
    """
    try:
        link, mentor, district = _known(token)
    except Problem:
        return ""
    # In the order of `actions.issue`: the mentor's name, then their links.
    actions.lock_links(mentor.id)
    db.lock(link)
    is_spent = link.status in (MentorLinkStatus.USED, MentorLinkStatus.EXPIRED)
    elos = _opened(link, mentor, district) if is_spent else []
    is_sent = actions.send_fresh(link, elos)
    _note("mentor_link.fresh_asked", link, is_sent=is_sent)
    return mentor.language


def students_of(found: Sequence[Waiting]) -> dict[str, str]:
    """The names of the students by id."""
    return names_of([one.elo.student_id for one in found])


def names_of(people: Sequence[UUID]) -> dict[str, str]:
    """The names of people by id, as the school uses them."""
    named = select(Person.id, names.at_school(Person)).where(Person.id.in_(people))
    return {str(key): name for key, name in db.session().execute(named)}


def sender_of(bearing: Bearing) -> tuple[str, str | None]:
    """Name and e-mail of the person who issued the link, whom the mentor may ask."""
    issued_by = bearing.link.issued_by
    email = db.session().get_one(Person, issued_by).email
    return names_of([issued_by])[str(issued_by)], email
