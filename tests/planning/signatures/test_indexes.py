"""The status of signatures is read by index, under row-level security too."""

import re

import pytest
from sqlalchemy import bindparam, select, text

from benchmarks.access import explained
from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import standing
from tests.databases import Isolated
from tests.world import World

pytestmark = pytest.mark.both_databases

OWN = {"signatures", "signature_declines", "signature_exceptions", "signature_waivers"}


def test_no_table_of_signatures_is_read_from_end_to_end(database: Isolated, world: World) -> None:
    one = PlanVersion.id == bindparam("id", world.home.student.version_id)
    facts = select(*standing.parts()).join(Student, Student.id == PlanVersion.student_id).where(one)
    with database.transaction(districts=[world.home.district_id]) as session:
        if database.is_postgresql:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(explained(session, facts, standing.binds(clock.today(), "all")))
    read = re.findall(r"Seq Scan on (\w+)|^SCAN (\w+)(?!.* USING)", plan, re.MULTILINE)
    assert not {name for pair in read for name in pair} & OWN, plan
