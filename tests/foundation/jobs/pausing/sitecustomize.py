"""Points at which a process pauses to be killed. Python runs this if the folder is on PYTHONPATH.

A process that adds a goal, or runs the job `test.pausing`, pauses in the middle of the
transaction, after writing its rows, while the folder PLP_TEST_PAUSES contains a file
`request` or `job`. It writes its process id to `request.paused` or `job.paused` there.
"""

import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.roster.models import District

PAUSES = Path(os.environ["PLP_TEST_PAUSES"])
record = audit.record


def pause(name: Any) -> None:
    db.session().flush()
    if (PAUSES / name).exists():
        (PAUSES / f"{name}.writing").write_text(str(os.getpid()))
        (PAUSES / f"{name}.writing").rename(PAUSES / f"{name}.paused")
    while (PAUSES / name).exists():
        time.sleep(0.02)


def pausing_record(what: Any, subject: Any, **facts: Any) -> None:
    record(what, subject, **facts)
    if what == "goal.added":
        pause("request")


@jobs.kind("test.pausing")
def run(job_id: Any, report: Any) -> Any:
    with db.current().transaction() as session:
        district_id = UUID(jobs.arguments(job_id)["district_id"])
        db.enter([district_id])
        # In a savepoint, so that it is written now and not with the commit.
        with session.begin_nested():
            record("test.worked", session.get_one(District, district_id), by=None)
        pause("job")
    return {"done": True}


audit.record = pausing_record
