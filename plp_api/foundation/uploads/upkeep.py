"""Removing uploads that nobody completed, and files that no record took over."""

from datetime import timedelta

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.uploads import actions
from plp_api.foundation.uploads.models import Upload, UploadStatus

AT_ONCE = 200
WAITING = (UploadStatus.OPEN, UploadStatus.COMPLETE)


@jobs.periodically("remove expired uploads", every=timedelta(hours=1))
def remove_expired() -> bool:
    """Remove what expired, some at a time; True if more is waiting."""
    expired = select(Upload).where(Upload.expires_at <= clock.now(), Upload.status.in_(WAITING))
    rows = db.session().scalars(expired.order_by(Upload.id).limit(AT_ONCE)).all()
    for upload in rows:
        actions.remove(upload)
    return len(rows) == AT_ONCE
