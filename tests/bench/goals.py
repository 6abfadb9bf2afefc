"""What is aimed at, beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench.figures import Figure, Results
from tests.bench.wording import CASES, bytes_, duration

_RATIOS = {"plain": 0.35, "gzip": 0.4, "unchanged": 0.4, "mix": 0.6}  # of nginx's rate


@dataclass(frozen=True, slots=True)
class Goal:
    """A line of the table: what, the goal, what was measured, and whether that is enough."""

    what: str
    goal: str
    measured: str
    reached: bool


def goals(results: Results) -> Iterator[Goal]:
    """All those that there are figures for."""
    yield from _builds(results)
    for posts in sorted(results.figures):
        at = f"{posts:,} posts"
        yield from _at_most(results, posts, f"{at}: restart, until a feed is served", "restart.first", 1.0, _median)
        for name, how in (("watched", "watched"), ("requested", "by request"), ("exported", "exported, from nginx")):
            what = f"{at}: one change until it is served, {how}, p99"
            yield from _at_most(results, posts, what, f"change.{name}", 0.1, _p99)
        yield from _at_most(results, posts, f"{at}: longest stall, burst of posts", "burst.stall", 0.05, _worst)
        yield from _at_most(results, posts, f"{at}: the same, all made anew", "settings.stall", 0.05, _worst)
        yield from _untouched(results, posts)
        yield from _served(results, posts)


def _builds(results: Results) -> Iterator[Goal]:
    for posts, most in ((1_000, 1.0), (100_000, 0.33)):
        ours, hugo = results.of(posts, "build.warm"), results.of(posts, "peers.hugo")
        if ours and hugo and ours.values and hugo.values:
            ratio = ours.median / hugo.median
            measured = f"{ratio:.2f} × ({duration(ours.median)}, Hugo {duration(hugo.median)})"
            yield Goal(f"{posts:,} posts: first build", f"≤ {most} × Hugo", measured, ratio <= most)
    yield from _at_most(results, 100_000, "100,000 posts: memory of a first build", "build.memory", 5e8, _worst)
    yield from _at_most(results, 1_000_000, "1,000,000 posts: first build", "build.warm", 180.0, _median)
    yield from _at_most(results, 1_000_000, "1,000,000 posts: memory of a first build", "build.memory", 1e9, _worst)
    content, state = results.of(1_000_000, "build.content"), results.of(1_000_000, "build.usersstate")
    if content and state and content.values and state.values:
        measured = f"{bytes_(state.median)} beside {bytes_(content.median)}"
        yield Goal("1,000,000 posts: state", "smaller than the content", measured, state.median < content.median)


def _untouched(results: Results, posts: int) -> Iterator[Goal]:
    moved, etags = results.of(posts, "crawl.generations"), results.of(posts, "crawl.etags")
    if moved and etags and moved.values and etags.values:
        both = moved.median + etags.median
        measured = f"{moved.median:.0f} generations, {etags.median:.0f} ETags"
        yield Goal(f"{posts:,} posts: a crawler writes the same bytes", "changes nothing", measured, both == 0)


def _served(results: Results, posts: int) -> Iterator[Goal]:
    for workers in (1, 2):
        for case, least in _RATIOS.items():
            what = f"{posts:,} posts, {workers} worker{'s' * (workers > 1)}: {CASES[case]}"
            yield from _ratio(results, posts, what, f"serve.{workers}.{case}", "feedsvc", least)
            yield from _at_most(results, posts, f"{what}, p99", f"serve.{workers}.{case}.feedsvc.p99", 0.008, _median)
        what = f"{posts:,} posts, {workers} worker{'s' * (workers > 1)}: 200 beside slow requests, p99"
        yield from _at_most(results, posts, what, f"serve.{workers}.slowed.feedsvc.p99", 0.008, _median)
    first, second = results.of(posts, "serve.first"), results.of(posts, "serve.second")
    if first and second and first.values and second.values:
        more = first.median - second.median
        what = f"{posts:,} posts: a document that is not in memory"
        yield Goal(what, f"≤ {duration(0.002)} more", f"{duration(max(more, 0.0))} more", more <= 0.002)
    fronts = sorted({name.split(".")[1] for name in results.figures[posts] if name.endswith(".plain.front")})
    for front in fronts:
        for case in CASES:
            what = f"{posts:,} posts, deploy/{front}.conf: {CASES[case]}"
            yield from _ratio(results, posts, what, f"serve.{front}.{case}", "front", 1.0)


def _ratio(results: Results, posts: int, what: str, name: str, who: str, least: float) -> Iterator[Goal]:
    """Turn by turn, because what else the machine does changes from one to the next."""
    ours, nginx = results.of(posts, f"{name}.{who}"), results.of(posts, f"{name}.nginx")
    if ours and nginx and ours.values and nginx.values:
        ratios = [one / other for one, other in zip(ours.values, nginx.values, strict=True)]
        ratio = Figure("", tuple(ratios)).median
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}; {ours.median:,.0f}/s"
        # Two that are equally fast differ by some percent in either direction.
        yield Goal(what, f"≥ {least:g} × nginx", f"{ratio:.2f} × ({spread})", ratio >= least * 0.97)


def _at_most(
    results: Results, posts: int, what: str, name: str, most: float, part: Callable[[Figure], float]
) -> Iterator[Goal]:
    figure = results.of(posts, name)
    if figure and figure.values:
        show = bytes_ if figure.unit == "B" else duration
        yield Goal(what, f"≤ {show(most)}", show(part(figure)), part(figure) <= most)


def _median(figure: Figure) -> float:
    return figure.median


def _p99(figure: Figure) -> float:
    return figure.percentile(99)


def _worst(figure: Figure) -> float:
    """The worst."""
    return max(figure.values)
