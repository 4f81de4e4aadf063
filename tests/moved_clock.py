"""The clock of a whole run, moved: `PLP_TEST_NOW` is the instant at which the run begins.

What holds today must hold on the last day of a month and of a school year, too.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import time_machine

FOLDER = Path(__file__).parent / "main_job" / "clock"
BEGIN = os.environ.get("PLP_TEST_NOW")


def move() -> None:
    """Move the clock of this process, where it is to be moved."""
    if BEGIN:
        time_machine.travel(BEGIN).start()


def for_processes() -> dict[str, str]:
    """Variables that move the clock of a process started now; one that loads `FOLDER`."""
    if not BEGIN:
        return {}
    return {"PYTHONPATH": str(FOLDER), "PLP_TEST_NOW": datetime.now(UTC).isoformat()}
