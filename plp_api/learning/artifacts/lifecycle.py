"""The life cycle of an artifact, as a table."""

from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.artifacts import actions, joining
from plp_api.learning.artifacts.models import ArtifactStatus

MAKER = Permission.ARTIFACTS_WRITE

ARTIFACT = LifeCycle(
    [
        move("draft", "keep", MAKER, ArtifactStatus.KEPT, actions.keep, actions.has_work),
        move("kept", "archive", MAKER, ArtifactStatus.ARCHIVED, actions.archive),
        move("archived", "restore", MAKER, ArtifactStatus.KEPT, actions.restore),
        move("draft kept", "catch_up", MAKER, None, joining.catch_up, joining.has_newer),
        move("draft kept archived", "leave_group", MAKER, None, joining.leave, joining.is_in_group),
    ],
    refuses=(Code.ARTIFACT_EMPTY, Code.ARTIFACT_PARTS_FULL),
    look_up=joining.look_up,
)
