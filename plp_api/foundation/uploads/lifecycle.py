"""The life cycle of an upload, as a table."""

from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.foundation.uploads import actions
from plp_api.foundation.uploads.models import UploadStatus

OWN = Permission.SELF_MANAGE
REFUSALS = (
    Code.UPLOAD_INCOMPLETE,
    Code.UPLOAD_MISMATCH,
    Code.FILE_LOST,
    Code.FILE_EMPTY,
    Code.FILE_TOO_LARGE,
    Code.FILE_TYPE_REFUSED,
    Code.FILE_BROKEN,
    Code.FILE_UNSAFE,
    Code.FILE_INFECTED,
    Code.SCANNER_UNAVAILABLE,
    Code.QUOTA_REACHED,
)

UPLOAD = LifeCycle(
    [
        move("open", "complete", OWN, UploadStatus.COMPLETE, actions.complete),
        move("open complete", "cancel", OWN, UploadStatus.CANCELLED, actions.cancel),
    ],
    refuses=REFUSALS,
)
