"""The figures that ``/metrics`` gives to Prometheus: counted as turns go by, or read from the database on request.

No figure points to a person. Counting a turn costs 1 µs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from storage.figures import Figures

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
"""Bounds in seconds. Teams gives up on a turn after 15."""

_counted = CollectorRegistry()
_TURNS = Histogram(
    "sekom_turn_seconds", "Answering one thing that somebody did", ["kind"], buckets=_SLOW, registry=None
)
_FAULTS = Counter("sekom_faults", "Turns that failed, or whose reply was not sent", ["what"], registry=None)
for _metric in (_TURNS, _FAULTS):
    _counted.register(_metric)
_by_kind: dict[str, Callable[[float], None]] = {}


def turn(kind: str, seconds: float) -> None:
    """Count one turn."""
    observe = _by_kind.get(kind)
    if observe is None:
        observe = _by_kind[kind] = _TURNS.labels(kind).observe
    observe(seconds)


def fault(what: str) -> None:
    """Count one fault. The log says which."""
    _FAULTS.labels(what).inc()


@dataclass(frozen=True, slots=True)
class Around:
    """What the process knows without the database."""

    indexed: Callable[[], tuple[int, int]]
    """The version of the bank that is searched here, and its number of entries."""
    graph: Callable[[], Mapping[tuple[str, str], int]]
    """Answers of Graph, by call and status; empty without Graph."""
    missing: Callable[[], Iterable[str]]
    """What Graph refuses because something is not set up."""


def written(figures: Figures | None, around: Around) -> bytes:
    """Return all figures in Prometheus's text format; without ``figures`` only those of the process."""
    asked = CollectorRegistry()
    asked.register(_Known(figures, around))
    ProcessCollector(registry=asked)
    return generate_latest(_counted) + generate_latest(asked)


class _Known(Collector):
    """The figures of one moment."""

    def __init__(self, figures: Figures | None, around: Around) -> None:
        self._figures = figures
        self._around = around

    def collect(self) -> Iterator[Metric]:
        """Yield each figure with its labels."""
        around = self._around
        yield _gauge("sekom_database_up", "Whether the database could be read", [], int(self._figures is not None))
        if self._figures is not None:
            yield from _of(self._figures)
        version, entries = around.indexed()
        graph = list(around.graph().items())  # one step: the Graph thread goes on counting
        throttled = sum(number for (_, status), number in graph if status == "429")
        yield _gauge("sekom_bank_indexed_version", "The bank's version that is searched here", [], version)
        yield _gauge("sekom_bank_indexed_entries", "Entries that are searched here", [], entries)
        yield _gauge("sekom_graph_answers", "Answers of Graph since the start", ["call", "status"], dict(graph))
        yield _gauge("sekom_graph_throttled", "Answers 429 of Graph since the start", [], throttled)
        missing = dict.fromkeys(around.missing(), 1)
        yield _gauge("sekom_graph_missing", "What Graph refuses for want of set-up", ["what"], missing)


def _of(figures: Figures) -> Iterator[Metric]:
    yield _gauge("sekom_questions", "Questions to the bank, by outcome", ["outcome"], figures.outcomes)
    yield _gauge("sekom_deliveries", "Rows of the outbox", ["state", "route"], figures.deliveries)
    yield _gauge("sekom_oldest_waiting_seconds", "How late the oldest due delivery is", [], figures.oldest_waiting)
    yield _gauge("sekom_lease_seconds", "How long the holder still has the lease", ["lease", "holder"], figures.leases)
    yield _gauge("sekom_bank_entries", "Entries of the knowledge bank", ["state"], figures.entries)
    yield _gauge("sekom_bank_version", "The bank's version in the database", [], figures.bank_version)


def _gauge(
    name: str, what: str, labels: list[str], values: Mapping[str, int] | Mapping[tuple[str, str], float] | float
) -> Metric:
    family = GaugeMetricFamily(name, what, labels=labels)
    if not isinstance(values, Mapping):
        family.add_metric([], values)
        return family
    for key, value in values.items():
        family.add_metric([key] if isinstance(key, str) else list(key), value)
    return family
