"""Metrics for Prometheus: requests and their duration by route, and attempts at jobs."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

REQUESTS = Counter("plp_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("plp_request_seconds", "Seconds to answer.", ["method", "route"])

JOBS = Counter("plp_jobs_total", "Attempts at jobs that ended.", ["kind", "outcome"])

# If set before this module is imported, the processes of one machine share their counters in files.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


def exposition() -> bytes:
    """The metrics of all processes of this machine, in the Prometheus text format."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client has gaps
    return generate_latest(registry)


def forget_process(pid: int) -> None:
    """Drop the gauges of a process that has ended; its counters stay."""
    if SHARED_FOLDER in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # prometheus_client has gaps
