"""Counters for Prometheus: how many requests, and how long they took, by route."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

REQUESTS = Counter("plp_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("plp_request_seconds", "Seconds to answer.", ["method", "route"])

JOBS = Counter("plp_jobs_total", "Attempts at jobs that ended.", ["kind", "outcome"])

# Set before this module is loaded, it lets the processes of one machine count into common files.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


def exposition() -> bytes:
    """All counters of all processes of this machine, as Prometheus reads them."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


def forget_process(pid: int) -> None:
    """Drop what a process that ended had as its momentary state; what it counted stays."""
    if SHARED_FOLDER in os.environ:
        mark_process_dead(pid)
