"""Register followers across areas: after a change, an area calls functions of areas above it.

Every process that runs actions imports this: the application, the worker, the commands.
"""

from plp_api.catalog.elo_profiles import actions as elo_profiles
from plp_api.catalog.opportunities.seats import HOLDERS
from plp_api.catalog.partners.parts import ON_MENTOR_ENDED
from plp_api.catalog.rubrics.models import SCALES_OF_RUBRICS
from plp_api.catalog.scales import actions as scales
from plp_api.catalog.standards.scales import SCALES_OF_FRAMEWORKS
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.revocation import ON_REVOKED
from plp_api.foundation.archives import actions as archives
from plp_api.foundation.archives.parts import ARCHIVE_PARTS, ARCHIVE_READERS
from plp_api.foundation.roster.followers import (
    ON_DISTRICT,
    ON_ENROLLED,
    ON_HOME_STUDY,
    ON_RECORD_ENDED,
)
from plp_api.learning.agreements import actions as agreements
from plp_api.learning.agreements import standing
from plp_api.learning.artifact_reviews import actions as artifact_reviews
from plp_api.learning.artifact_reviews import evidence as artifacts_as_evidence
from plp_api.learning.artifacts import actions as artifacts
from plp_api.learning.calls import actions as calls_for_work
from plp_api.learning.calls import presenters as calls
from plp_api.learning.credit import actions as credit
from plp_api.learning.elos import evidence as elos_as_evidence
from plp_api.learning.elos import labor
from plp_api.learning.elos import past as elos
from plp_api.learning.elos import seats as elo_seats
from plp_api.learning.elos import snapshot as elos_in_plans
from plp_api.learning.elos.gates import (
    GATES,
    ON_CHANGED,
    ON_CREDITABLE,
    ON_DESIGNED,
    ON_ENDED,
    WAITERS,
)
from plp_api.learning.elos.models import Awaited
from plp_api.learning.interests import seats
from plp_api.learning.portfolios import actions as portfolios
from plp_api.learning.portfolios import answering
from plp_api.learning.ratings import progress as competencies
from plp_api.learning.sharing import actions as sharing
from plp_api.learning.showcases import items as showcase_items
from plp_api.learning.showcases.actions import ON_TAKEN_DOWN
from plp_api.learning.teams import actions as teams
from plp_api.learning.work_logs import hours
from plp_api.learning.work_logs import waiting as hours_wait
from plp_api.people.consents import actions as consents
from plp_api.people.consents.standing import ON_WITHDRAWN
from plp_api.planning.goals import approval
from plp_api.planning.goals import past as goals
from plp_api.planning.goals.evidence import GOAL_EVIDENCE
from plp_api.planning.goals.progress import PROGRESS_PARTS
from plp_api.planning.pathways import past as elements
from plp_api.planning.pathways import snapshot as pathways
from plp_api.planning.plans import actions as plans
from plp_api.planning.plans import closing, keeping
from plp_api.planning.plans.followers import (
    HISTORY_PARTS,
    ON_APPROVED,
    ON_FROZEN,
    ON_REAFFIRMED,
    ON_REOPENED,
)
from plp_api.planning.plans.members import SNAPSHOT_PARTS
from plp_api.planning.reviews import actions as reviews
from plp_api.planning.reviews import home_study
from plp_api.planning.reviews import past as past_reviews
from plp_api.planning.signatures import actions as signatures
from plp_api.planning.signatures import past as past_signatures
from plp_api.planning.signing import actions as signing
from plp_api.server import archived

ON_DISTRICT += [scales.begin, elo_profiles.begin]
scales.IN_USE += [SCALES_OF_FRAMEWORKS, SCALES_OF_RUBRICS]
# The plan first: a review belongs to a plan.
ON_ENROLLED += [plans.open_for, keeping.follow_home_study, reviews.open_for]
ON_HOME_STUDY += [keeping.follow_home_study, home_study.follow_home_study]
ON_RECORD_ENDED += [closing.close_ended, sharing.end_left]
# Goals are confirmed before the version is frozen with them.
ON_APPROVED += [approval.confirm_proposed, reviews.attach_version]
ON_FROZEN += [signatures.sign_for_school, signing.end_superseded]
ON_REAFFIRMED += [reviews.attach_reaffirmed]
ON_REOPENED += [reviews.open_for]
HISTORY_PARTS += [
    ("goals", Permission.GOALS_READ, goals.goals_then),
    ("pathway_elements", Permission.PATHWAYS_READ, elements.elements_then),
    ("elos", Permission.ELOS_READ, elos.elos_then),
    ("signatures", Permission.SIGNATURES_READ, past_signatures.state_then),
    ("reviews", Permission.REVIEWS_READ, past_reviews.reviews_then),
]
SNAPSHOT_PARTS += [
    ("goals", Permission.GOALS_READ, approval.texts),
    ("pathway_elements", Permission.PATHWAYS_READ, pathways.elements),
    ("elos", Permission.ELOS_READ, elos_in_plans.approved),
]
GOAL_EVIDENCE += [
    ("elos", Permission.ELOS_READ, elos_as_evidence.of_goals),
    ("artifacts", Permission.ARTIFACTS_READ, artifacts_as_evidence.of_goals),
]
ON_REVOKED += [signing.withdraw, consents.end_given_by, archives.withdraw]
ON_WITHDRAWN += [sharing.follow_consent]
ON_TAKEN_DOWN += [sharing.end_taken_down]
ARCHIVE_PARTS += archived.PARTS
ARCHIVE_READERS.update(archived.READERS)
HOLDERS += [seats.HOLDER, elo_seats.HOLDER]
ON_CHANGED += [labor.follow_change, teams.follow_partner]
ON_MENTOR_ENDED += [teams.follow_mentor]
PROGRESS_PARTS += [
    ("competencies", Permission.RATINGS_READ, competencies.competencies_by_level),
    ("elos", Permission.ELOS_READ, elos_as_evidence.in_progress),
]
for action in ("complete_design", "start", "resume", "continue"):
    GATES.setdefault(action, []).append(labor.is_lawful)
for action in ("start", "resume", "continue"):
    GATES.setdefault(action, []).append(agreements.is_agreed)
ON_DESIGNED += [agreements.freeze]
ON_CHANGED += [agreements.follow_change]
ON_ENDED += [agreements.follow_end]
WAITERS[Awaited.MENTOR] = [hours_wait.on_mentor, standing.waits_on_mentor]
ON_CREDITABLE += [credit.settle]
PROGRESS_PARTS += [("elo_hours", Permission.LOG_ENTRIES_READ, hours.progress)]
calls.ANSWERS += [answering.artifacts_of]
calls_for_work.ON_CLOSED += [answering.follow_close]
calls_for_work.ON_REOPENED += [answering.follow_reopening]
artifacts.ON_CHANGED += [answering.follow_change]
artifacts.RELIED_ON += [
    portfolios.has_entry,
    artifact_reviews.is_reviewed,
    showcase_items.show,
]
