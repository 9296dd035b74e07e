"""/metrics for Prometheus: the figures every app gives, read from the database at most once in ten seconds a process."""

import platform
from collections.abc import Iterator
from hmac import compare_digest

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from foundation.jobs import gauges, heart
from foundation.jobs.gauges import Gauge
from foundation.lifecycle import clock

from . import broker
from .proxy import client_address

KEPT = 10  # seconds
KEY = "config.metrics"
LOOPBACK = ("127.0.0.1", "::1")
log = structlog.get_logger(__name__)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For `Authorization: Bearer HOUTAI_METRICS_TOKEN`, in a demo without one for this machine; nobody else: 404."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(cache.get_or_set(KEY, _text, KEPT), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    return not settings.PRODUCTION and client_address(request) in LOOPBACK


def _text() -> bytes:
    registry = CollectorRegistry()
    registry.register(_House())
    return generate_latest(registry)


class _House(Collector):
    """Every figure as a Prometheus family; one app that can't be read doesn't take the others along."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for gauge in _gauges():
            if gauge.value is not None:
                family = families.setdefault(
                    gauge.name, GaugeMetricFamily(gauge.name, gauge.help, labels=list(gauge.labels))
                )
                family.add_metric(list(gauge.labels.values()), gauge.value)
        yield from families.values()

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # so that registering asks the database nothing


def _gauges() -> Iterator[Gauge]:
    now, failures = clock.now(), 0
    for give in gauges.PROVIDERS:
        try:
            yield from list(give(now))
        except (DatabaseError, InterfaceError):
            failures += 1
            log.exception("figures can't be read", provider=f"{give.__module__}.{give.__name__}")
    for queue, waiting in broker.waiting(heart.QUEUES).items():
        yield Gauge("houtai_queue_length", "Messages no worker has taken yet.", waiting, {"queue": queue})
    yield Gauge("houtai_metrics_failed", "Groups of figures that could not be read this time.", failures)
    yield Gauge("houtai_info", "What runs here.", 1, {"version": settings.VERSION, "python": platform.python_version(),
                                                "mode": settings.HOUTAI_MODE})  # fmt: skip
