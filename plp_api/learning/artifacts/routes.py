"""Routes of artifacts."""

from typing import Any
from uuid import UUID

from flask import Response

from plp_api.catalog.item_links.routes import serve_links
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.routes import serve as serve_comments
from plp_api.foundation.files.models import FileType
from plp_api.foundation.problems import Code
from plp_api.foundation.rest import downloads
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts import actions, content, elsewhere, evidence, joining, recording
from plp_api.learning.artifacts.listings import (
    ADDRESSES,
    ARTIFACTS,
    ARTIFACTS_OF_STUDENT,
    LINKS,
    REFLECTIONS,
    VERSIONS,
)
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactLink,
    ArtifactPart,
    ArtifactVersion,
    Reflection,
)
from plp_api.learning.artifacts.schemas import (
    ArtifactActionFieldsSchema,
    ArtifactAddressSchema,
    ArtifactLinkSchema,
    ArtifactPatchSchema,
    ArtifactSchema,
    ArtifactVersionSchema,
    GroupCodeSchema,
    JoinSchema,
    NewArtifactLinkSchema,
    NewVersionSchema,
    RecordedArtifactsSchema,
    RecordedReceiptSchema,
    ReflectionSchema,
)

READ, WRITE = Permission.ARTIFACTS_READ, Permission.ARTIFACTS_WRITE
NOT_BEGUN = (Code.ARTIFACTS_FULL, Code.UPLOAD_NOT_COMPLETE)
NOT_JOINED = (
    Code.ARTIFACTS_FULL,
    Code.GROUP_CODE_INVALID,
    Code.GROUP_FULL,
    Code.GROUP_JOINED,
    Code.LOGIN_THROTTLED,
)
NOT_ADDED = (Code.ARTIFACT_ARCHIVED, Code.ARTIFACT_PARTS_FULL)
TYPES = tuple(str(one) for one in FileType)
SMALL = (str(FileType.JPEG), str(FileType.PNG))

blueprint = Blueprint("Artifacts", __name__, "What students made, and what they say of it.")


def _binary(description: str, types: tuple[str, ...]) -> dict[str, Any]:
    """The documentation of a response that is a file of one of these types, or a range of it."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = dict.fromkeys(types, binary)
    return {
        "200": {"description": description, "content": content},
        "206": {"description": "The range of it that was asked for.", "content": content},
    }


@blueprint.route("/students/<uuid:student_id>/artifacts")
@blueprint.requires(READ, Student)
@blueprint.lists(ArtifactSchema, ARTIFACTS_OF_STUDENT)
def list_artifacts_of_student(access: Access, student: Student) -> Any:
    """List the artifacts of a student, the oldest first.

    Drafts are listed to the student and the advisor alone. They are records all the same:
    the holder of the student's rights may ask the school for them (34 CFR 99.10).
    """
    return access.select(Artifact).where(Artifact.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/artifacts", methods=["POST"])
@blueprint.requires(WRITE, Student)
@blueprint.refuses(*NOT_BEGUN)
@blueprint.arguments(ArtifactSchema)
@blueprint.response(201, ArtifactSchema)
def begin_artifact(access: Access, student: Student, fields: dict[str, Any]) -> Artifact:
    """Begin an artifact of your own, as a draft.

    With `parts` it has its first version at once: texts, addresses, and files that you
    have uploaded for yourself (`upload_id`). Student and advisor alone read it, until the
    action `keep` shows it to whoever reads the student's work.
    """
    return actions.begin(student, access, **fields)


@blueprint.route("/students/<uuid:student_id>/recorded-artifacts", methods=["POST"])
@blueprint.requires(Permission.ARTIFACTS_RECORD, Student)
@blueprint.refuses(*NOT_BEGUN, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(ArtifactSchema)
@blueprint.response(201, ArtifactSchema)
def record_artifact(access: Access, student: Student, fields: dict[str, Any]) -> Artifact:
    """Capture work for a student: a picture of a bench, a recording of a talk.

    Advisors do for their advisees, teachers for those of their current classes. It becomes
    a draft of the student's, which names who recorded it (`recorded_by`): the student says
    what it is, shows it with `keep`, or deletes it. A teacher who is not the advisor does
    not read it afterwards.
    """
    return actions.record(student, access, **fields)


@blueprint.route("/recorded-artifacts", methods=["POST"])
@blueprint.requires(Permission.ARTIFACTS_RECORD)
@blueprint.refuses(*NOT_BEGUN, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(RecordedArtifactsSchema)
@blueprint.response(201, RecordedReceiptSchema)
def record_artifacts(access: Access, fields: dict[str, Any]) -> dict[str, Any]:
    """Capture the same work for several students: a class, a team, a cast.

    Each gets a draft of their own, as by `/students/{id}/recorded-artifacts`; where you may
    not for one of them, nobody gets one. Files are uploaded once, for the first student, and
    count to that student's quota. With `is_group` the students are the makers of one work.
    All are of the first one's district: for a guest of yours send a request of its own, because
    another district keeps their record.
    """
    return {"items": recording.record(access, **fields)}


@blueprint.route("/artifacts")
@blueprint.requires(READ)
@blueprint.lists(ArtifactSchema, ARTIFACTS)
def list_artifacts(access: Access) -> Any:
    """List the artifacts you may read, across students.

    For a wall of covers take `/artifacts/overview`, which answers sooner.
    """
    return access.select(Artifact)


@blueprint.route("/students/<uuid:student_id>/artifact-addresses")
@blueprint.requires(Permission.ARTIFACTS_READ_DRAFTS, Student)
@blueprint.lists(ArtifactAddressSchema, ADDRESSES)
def list_artifact_addresses(access: Access, student: Student) -> Any:
    """List the addresses in a student's work: which are gone, which may end with school.

    For student and advisor alone. A job asks each address once a month. Before a student
    leaves, `is_in_school_cloud=true` lists what has to be brought home from the school's own
    accounts; of a whole class: `/artifacts?is_in_school_cloud=true&grade=12`.
    """
    return elsewhere.addresses_of(student, access)


@blueprint.route("/artifacts/<uuid:artifact_id>")
@blueprint.requires(READ, Artifact)
@blueprint.response(200, ArtifactSchema)
def get_artifact(access: Access, artifact: Artifact) -> Artifact:
    """Get an artifact with its newest version, its framework items, and what you may do now.

    Earlier versions, reflections, and what it is evidence for are resources of their own.
    """
    return artifact


@blueprint.route("/artifacts/<uuid:artifact_id>", methods=["PATCH"])
@blueprint.requires(WRITE, Artifact)
@blueprint.refuses(Code.ARTIFACT_ARCHIVED)
@blueprint.arguments(ArtifactPatchSchema)
@blueprint.response(200, ArtifactSchema)
def revise_artifact(access: Access, artifact: Artifact, fields: dict[str, Any]) -> Artifact:
    """Change what is said of an artifact: title, kind, description, the day it was made.

    The work itself changes by a new version.
    """
    return actions.revise(artifact, access, **fields)


@blueprint.route("/artifacts/<uuid:artifact_id>", methods=["DELETE"])
@blueprint.requires(WRITE, Artifact)
@blueprint.refuses(Code.ARTIFACT_RELIED_ON)
@blueprint.response(204)
def delete_artifact(access: Access, artifact: Artifact) -> None:
    """Delete a draft with its files.

    One that was kept once, that is evidence for something, answers a call, stands in a
    portfolio or a showcase, or has comments gets 409 `artifact_relied_on`: archive it.
    """
    actions.delete(artifact, access)


blueprint.actions("/artifacts", Artifact, ArtifactSchema, ArtifactActionFieldsSchema)


@blueprint.route("/artifacts/<uuid:artifact_id>/group-code", methods=["POST"])
@blueprint.requires(WRITE, Artifact, media=None, keyed=False)
@blueprint.refuses(Code.ARTIFACT_ARCHIVED)
@blueprint.response(201, GroupCodeSchema)
def open_artifact_group(access: Access, artifact: Artifact) -> joining.Invitation:
    """Get a code by which those who made the work with you join it, for fourteen days.

    Each joins with `/students/{id}/joined-artifacts` and gets an artifact of their own. Whoever
    has the code gets what the makers show: give it to nobody else. Each maker may ask for a
    new code; the earlier one ends. `maker_count` tells how many have joined.
    """
    return joining.invite(artifact, access)


@blueprint.route("/artifacts/<uuid:artifact_id>/group-code", methods=["DELETE"])
@blueprint.requires(WRITE, Artifact)
@blueprint.response(204)
def close_artifact_group(access: Access, artifact: Artifact) -> None:
    """End the code by which others join.

    Who has joined stays. Any of the makers may. If somebody joined who did not make the work,
    leave the group (`leave_group`), and invite the others anew.
    """
    joining.close(artifact, access)


@blueprint.route("/students/<uuid:student_id>/joined-artifacts", methods=["POST"])
@blueprint.requires(WRITE, Student)
@blueprint.refuses(*NOT_JOINED)
@blueprint.arguments(JoinSchema)
@blueprint.response(201, ArtifactSchema)
def join_artifact_group(access: Access, student: Student, fields: dict[str, Any]) -> Artifact:
    """Join a work that you made with others, by the code that one of them has.

    You get a draft of your own, with the newest version that one of the makers shows.
    Later the action `catch_up` takes over what another shows since; what is a draft stays
    its maker's. Reflections, links and the leave to name you are each maker's own: the others
    learn your name, and you theirs, only where `is_shown_in_group` says so. A code is good in
    its own district. After five wrong ones you wait, longer each time (`login_throttled`).
    """
    return joining.join(student, access, **fields)


@blueprint.route("/artifacts/<uuid:artifact_id>/versions")
@blueprint.requires(READ, Artifact)
@blueprint.lists(ArtifactVersionSchema, VERSIONS)
def list_artifact_versions(access: Access, artifact: Artifact) -> Any:
    """List the versions of an artifact with their parts, the oldest first.

    A version never changes, so that a judgment of it stays true.
    """
    return access.beneath(artifact, ArtifactVersion)


@blueprint.route("/artifacts/<uuid:artifact_id>/versions", methods=["POST"])
@blueprint.requires(WRITE, Artifact)
@blueprint.refuses(*NOT_ADDED, Code.UPLOAD_NOT_COMPLETE)
@blueprint.arguments(NewVersionSchema)
@blueprint.response(201, ArtifactVersionSchema)
def add_artifact_version(
    access: Access, artifact: Artifact, fields: dict[str, Any]
) -> ArtifactVersion:
    """Add the next version of an artifact, whole.

    A file that stays is named by its part in an earlier version (`part_id`), and is not
    sent again.
    """
    return actions.add_version(artifact, access, **fields)


@blueprint.route("/artifact-versions/<uuid:version_id>")
@blueprint.requires(READ, ArtifactVersion)
@blueprint.response(200, ArtifactVersionSchema)
def get_artifact_version(access: Access, version: ArtifactVersion) -> ArtifactVersion:
    """Get a version of an artifact with its parts, in their order.

    It is read as the artifact is: a draft's by student and advisor alone.
    """
    return version


@blueprint.route("/artifact-parts/<uuid:part_id>/content")
@blueprint.requires(READ, ArtifactPart, offers=TYPES, ahead=content.ask)
@blueprint.refuses(Code.FILE_LOST, Code.FILE_QUARANTINED, Code.RANGE_UNSATISFIABLE)
@blueprint.doc(responses=_binary("The file.", TYPES))
def get_artifact_content(access: Access, part_id: UUID) -> Response:
    """Get the file of a part, or a range of its bytes (`Range: bytes=0-1023`).

    Pictures, sound, film and PDF may be shown in a page; everything else is an attachment.
    Nothing in it runs: the response is sandboxed.
    """
    return downloads.send(content.look(access, part_id), inline=True)


@blueprint.route("/artifact-parts/<uuid:part_id>/thumbnail")
@blueprint.requires(READ, ArtifactPart, offers=SMALL, ahead=content.ask)
@blueprint.refuses(Code.FILE_LOST, Code.FILE_QUARANTINED)
@blueprint.doc(responses=_binary("A picture of at most 480 pixels a side.", SMALL))
def get_artifact_thumbnail(access: Access, part_id: UUID) -> Response:
    """Get the small picture of a part.

    It is made a moment after the upload: `has_thumbnail` of the file says when. Other
    files than pictures have none.
    """
    return downloads.send_thumbnail(content.look(access, part_id))


@blueprint.route("/artifacts/<uuid:artifact_id>/reflections")
@blueprint.requires(READ, Artifact)
@blueprint.lists(ReflectionSchema, REFLECTIONS)
def list_reflections(access: Access, artifact: Artifact) -> Any:
    """List what the student has said of an artifact, the oldest first.

    Each is about the version that was the newest then (`number`).
    """
    return access.beneath(artifact, Reflection)


@blueprint.route("/artifacts/<uuid:artifact_id>/reflections", methods=["POST"])
@blueprint.requires(WRITE, Artifact)
@blueprint.refuses(Code.ARTIFACT_ARCHIVED, Code.ARTIFACT_EMPTY)
@blueprint.arguments(ReflectionSchema)
@blueprint.response(201, ReflectionSchema)
def write_reflection(access: Access, artifact: Artifact, fields: dict[str, Any]) -> Reflection:
    """Write a reflection on the newest version: what, so what, now what.

    It answers some or all of the artifact's `prompts`: those of its template, or the usual
    three. The questions are kept as they were put. Earlier reflections stay.
    """
    return actions.reflect(artifact, access, **fields)


@blueprint.route("/reflections/<uuid:reflection_id>")
@blueprint.requires(READ, Reflection)
@blueprint.response(200, ReflectionSchema)
def get_reflection(access: Access, reflection: Reflection) -> Reflection:
    """Get a reflection with its questions and answers.

    It is read as the artifact is.
    """
    return reflection


@blueprint.route("/artifacts/<uuid:artifact_id>/evidence-links")
@blueprint.requires(READ, Artifact)
@blueprint.lists(ArtifactLinkSchema, LINKS)
def list_artifact_links(access: Access, artifact: Artifact) -> Any:
    """List what an artifact is evidence for: goals, ELOs, pathway elements, annual reviews.

    Framework items are under `/artifacts/{id}/links`.
    """
    return access.beneath(artifact, ArtifactLink)


@blueprint.route("/artifacts/<uuid:artifact_id>/evidence-links", methods=["POST"])
@blueprint.requires(WRITE, Artifact)
@blueprint.refuses(*NOT_ADDED, Code.ARTIFACT_LINK_EXISTS)
@blueprint.arguments(NewArtifactLinkSchema)
@blueprint.response(201, ArtifactLinkSchema)
def add_artifact_link(access: Access, artifact: Artifact, fields: dict[str, Any]) -> ArtifactLink:
    """Say that an artifact is evidence for a goal, an ELO, a pathway element or a review.

    Exactly one of the four, of the student's own. A goal shows it once the artifact is kept.
    """
    return evidence.link(artifact, access, **fields)


@blueprint.route("/artifact-links/<uuid:link_id>")
@blueprint.requires(READ, ArtifactLink)
@blueprint.response(200, ArtifactLinkSchema)
def get_artifact_link(access: Access, link: ArtifactLink) -> ArtifactLink:
    """Get a link from an artifact to what it is evidence for.

    The id of what you may not read is null.
    """
    return link


@blueprint.route("/artifact-links/<uuid:link_id>", methods=["DELETE"])
@blueprint.requires(WRITE, ArtifactLink)
@blueprint.refuses(Code.ARTIFACT_ARCHIVED)
@blueprint.response(204)
def delete_artifact_link(access: Access, link: ArtifactLink) -> None:
    """Say that an artifact is evidence for this no longer."""
    evidence.unlink(link, access)


serve_comments(blueprint, "/artifacts", Artifact, read=READ, write=Permission.ARTIFACTS_COMMENT)
serve_links(
    blueprint,
    "/artifacts",
    Artifact,
    read=READ,
    write=WRITE,
    change=evidence.change,
    counts=evidence.COUNTS,
    refuses=(Code.ARTIFACT_ARCHIVED,),
)
