"""Moves the server's clock. Python runs this at start if the folder is on PYTHONPATH."""

import os

import time_machine

time_machine.travel(os.environ["PLP_TEST_NOW"]).start()
