"""How figures are written for people."""

from __future__ import annotations

from tests.bench.figures import Figure

CASES = {"plain": "200", "gzip": "gzip", "unchanged": "304", "mix": "mix"}
_FEW = 12  # repetitions up to which a spread says more than percentiles


def duration(seconds: float) -> str:
    """1.25 s, 34 ms, 0.8 ms."""
    if seconds >= 120:
        return f"{seconds / 60:.1f} min"
    if seconds >= 1:
        return f"{seconds:.3g} s" if seconds < 100 else f"{seconds:.0f} s"
    return f"{seconds * 1000:.3g} ms"


def bytes_(number: float) -> str:
    """345 MB."""
    return f"{number / 1e9:.2f} GB" if number >= 1e9 else f"{number / 1e6:.3g} MB"


def value(unit: str, number: float) -> str:
    """A number with its unit."""
    match unit:
        case "s":
            return duration(number)
        case "B":
            return bytes_(number)
        case "%":
            return f"{number:.2g} %"
        case "/s":
            return f"{number:,.0f}/s"
        case _:
            return f"{number:,.4g}"


def told(figure: Figure | None) -> str:
    """A figure with its spread; why there is none."""
    if figure is None:
        return "–"
    if not figure.values:
        return f"– ({figure.note})" if figure.note else "–"
    if len(figure.values) > _FEW:
        shown = {f"p{percent}": figure.percentile(percent) for percent in (50, 99)} | {"most": max(figure.values)}
        return ", ".join(f"{name} {value(figure.unit, number)}" for name, number in shown.items())
    low, high = value(figure.unit, min(figure.values)), value(figure.unit, max(figure.values))
    middle = value(figure.unit, figure.median)
    return middle if low == high else f"{middle} ({low} to {high})"
