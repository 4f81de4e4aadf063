"""Receive files in processes of their own that are killed in the middle: `python -m … ids`."""

import os
import random
import signal
import sys
import time
from io import BytesIO
from uuid import UUID

from plp_api.foundation import db, settings
from plp_api.foundation.files import receiving
from plp_api.server import areas

SIZE = 2 << 20
LONGEST = 0.15


def main() -> None:
    """Kill so many receiving processes, each another part of a second after it began a file."""
    kills, district, student = int(sys.argv[1]), UUID(sys.argv[2]), UUID(sys.argv[3])
    areas.load_work()
    chance = random.Random(7)
    for number in range(kills):
        told, tells = os.pipe()
        child = os.fork()
        if child == 0:
            _receive_without_end(district, student, tells)
        # Every third has kept one file before it is killed in the next.
        for _ in range(2 if number % 3 == 0 else 1):
            os.read(told, 1)
        time.sleep(chance.random() * LONGEST)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(told)
        os.close(tells)


def _receive_without_end(district: UUID, student: UUID, tells: int) -> None:
    chosen = settings.read()
    database = db.Database.of(chosen)
    content = b"Snow on the barn.\n" * (SIZE // 18)
    own = {"district_id": district, "by": student, "student_id": student}
    with settings.using(chosen):
        while True:
            os.write(tells, b".")
            with database.transaction(districts=[district]):
                receiving.receive(BytesIO(content), "snow.txt", folder="uploads", **own)


if __name__ == "__main__":
    main()
