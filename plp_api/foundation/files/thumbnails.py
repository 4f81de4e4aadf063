"""Small pictures of pictures, made by a job."""

from contextlib import suppress
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image

from plp_api.foundation import db
from plp_api.foundation.files import storage
from plp_api.foundation.files.cleaning import PICTURES
from plp_api.foundation.files.formats import BROKEN
from plp_api.foundation.files.models import StoredFile, VirusCheck
from plp_api.foundation.jobs import actions as jobs

LONGEST_SIDE = 480
FOLDER = "thumbnails"
KIND = "files.thumbnail"


def ask_for(file: StoredFile) -> None:
    """Enqueue the small picture of a file, if it is a picture."""
    if file.media_type in {*PICTURES}:
        jobs.enqueue(
            KIND,
            file.district_id,
            file.uploaded_by,
            file_id=str(file.id),
            district=str(file.district_id),
        )


@jobs.kind(KIND)
def make(job_id: UUID, _report: jobs.Report) -> dict[str, Any]:
    """Make the small picture, once; a file that is gone, or cannot be drawn, gets none."""
    with db.current().transaction():
        given = jobs.arguments(job_id)
    with db.current().transaction(districts=[UUID(given["district"])]) as session:
        file = session.get(StoredFile, UUID(given["file_id"]))
        if file is None or file.thumbnail or file.virus_check == VirusCheck.INFECTED:
            return {"made": False}
        drawn = b""
        with suppress(SyntaxError, EOFError, Image.DecompressionBombError, *BROKEN):
            drawn = _drawn(file)
        if drawn:
            name = f"{FOLDER}/{file.district_id}/{file.id}"
            storage.put(name, drawn)
            file.thumbnail = name
        return {"made": bool(drawn)}


def _drawn(file: StoredFile) -> bytes:
    """A JPEG, or a PNG where something shows through, of at most 480 pixels a side."""
    with storage.opened(file.name) as content, Image.open(content) as picture:
        picture.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        small = picture.convert("RGB") if picture.mode not in ("RGBA", "LA", "P") else picture
        written = BytesIO()
        small.convert("RGBA" if small.mode != "RGB" else "RGB").save(
            written, "JPEG" if small.mode == "RGB" else "PNG", quality=80
        )
        return written.getvalue()
