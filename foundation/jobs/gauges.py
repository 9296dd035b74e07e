"""The registry of figures /metrics shows; each app gives its own from its `metrics.py`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Gauge:
    """One figure: `houtai_…` in Prometheus' own units (seconds, counts), `value` None for “nothing to measure”."""

    name: str
    help: str
    value: float | None
    labels: dict[str, str] = field(default_factory=dict)


Provider = Callable[[datetime], Iterable[Gauge]]
PROVIDERS: list[Provider] = []


def provider(give: Provider) -> Provider:
    """Register a function that reads its figures at `now` with a few indexed statements (all apps together: eight)."""
    PROVIDERS.append(give)
    return give
