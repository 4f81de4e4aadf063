"""Python runs this as it starts, where this folder is on PYTHONPATH: the server's clock, moved."""

import os

import time_machine

time_machine.travel(os.environ["PLP_TEST_NOW"]).start()
