"""The service's numbers in Prometheus's text format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from feedsvc.builds import Build
from feedsvc.catalogue import Reader

_BUILD_STATES = ("queued", "running", "done", "failed")


class _Numbers(Collector):
    def __init__(
        self, gauges: Mapping[str, tuple[str, float]], requests: Mapping[str, int], last: Build | None
    ) -> None:
        self._gauges = gauges
        self._requests = requests
        self._last = last

    def collect(self) -> Iterator[Metric]:
        for name, (text, value) in self._gauges.items():
            yield GaugeMetricFamily(f"feedsvc_{name}", text, value=value)
        requests = CounterMetricFamily("feedsvc_requests", "Requests answered, by class of status.", labels=["status"])
        for kind, count in self._requests.items():
            requests.add_metric([kind], count)
        yield requests
        if self._last is not None:
            state = GaugeMetricFamily("feedsvc_last_build_state", "The state of the newest build.", labels=["state"])
            for each in _BUILD_STATES:
                state.add_metric([each], float(each == self._last.state))
            yield state


def exposition(catalogue: Mapping[str, tuple[str, float]], requests: Mapping[str, int], builds: list[Build]) -> bytes:
    """All numbers; ``builds`` newest first."""
    gauges = dict(catalogue)
    ended = next((build for build in builds if build.finished is not None), None)
    if ended is not None and ended.finished is not None:
        gauges["last_build_timestamp_seconds"] = ("When the last build ended.", ended.finished)
        began = ended.started if ended.started is not None else ended.requested
        gauges["last_build_duration_seconds"] = ("How long the last build took.", ended.finished - began)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(gauges, requests, builds[0] if builds else None))
    return generate_latest(registry)


def of_catalogue(reader: Reader, generation: int) -> dict[str, tuple[str, float]]:
    """What the catalogue itself can tell."""
    return {
        "generation": ("The generation that is served.", generation),
        "generation_timestamp_seconds": ("When it was published.", reader.published_at(generation) or 0.0),
        "feeds": ("Feeds that have posts.", sum(facts.entries > 0 for facts in reader.feeds())),
        "posts": ("Posts in the site's feed.", reader.count_posts()),
        "problems": ("Problems that authors should mend.", reader.count_problems()),
    }
