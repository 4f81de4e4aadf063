"""What a worker loads, which imports no routes."""

import subprocess
import sys

LOADED = """
from plp_api.foundation.jobs import actions
from plp_api.server import areas

areas.load_work()
before = {*actions.KINDS}, {*actions.PERIODIC}
areas.load_routes()
print(sorted({*actions.KINDS} - before[0]), sorted({*actions.PERIODIC} - before[1]))
"""


def test_a_worker_knows_every_kind_of_job_that_a_route_enqueues() -> None:
    """Register work in a module that `areas.WORK` names: a worker never runs another's."""
    run = [sys.executable, "-c", LOADED]
    shown = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["[]", "[]"]
