"""What Prometheus scrapes: requests and their times, by route and never by address."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.types import Scope

router = APIRouter(include_in_schema=False)

REQUESTS = Counter("http_requests", "Requests answered.", ("method", "route", "status"))
SECONDS = Histogram("http_request_seconds", "Time to the answer's head.", ("method", "route"))


def count_request(scope: Scope, *, status: int, seconds: float) -> None:
    """Count a request that has been answered."""
    route = getattr(scope.get("route"), "path", "none")
    REQUESTS.labels(scope["method"], route, status).inc()
    SECONDS.labels(scope["method"], route).observe(seconds)


@router.get("/metrics")
async def get_metrics() -> Response:
    """Return every metric of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
