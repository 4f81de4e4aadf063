"""Counters for Prometheus: how many requests, and how long they took, by route."""

from prometheus_client import Counter, Histogram, generate_latest

REQUESTS = Counter("plp_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("plp_request_seconds", "Seconds to answer.", ["method", "route"])


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


def exposition() -> bytes:
    """All counters, as Prometheus reads them."""
    return generate_latest()
