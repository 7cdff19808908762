"""The figure of time against the number of rows."""

from pathlib import Path

import numpy as np

from skresample.utils import import_extra

__all__ = ["draw", "exponent"]

Series = dict[str, list[tuple[int, float]]]


def exponent(points: list[tuple[int, float]]) -> float:
    """Return the exponent of a power law of time in the number of rows."""
    rows, seconds = np.log(points).T
    return float(np.polyfit(rows, seconds, 1)[0])


def draw(series: Series, title: str, path: Path) -> None:
    """Draw seconds against rows, a line per name, with exponents in the legend."""
    plt = import_extra("matplotlib.pyplot", "cli")
    figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for (name, points), marker in zip(series.items(), "osD^v", strict=False):
        label = f"{name}: $n^{{{exponent(points):.2f}}}$" if len(points) > 1 else name
        ax.loglog(*zip(*points, strict=True), marker=marker, markersize=4.5, label=label)
    rows = sorted({n for points in series.values() for n, _ in points})
    ax.set_xticks(rows, [f"{n:,}" for n in rows], rotation=30, ha="right", fontsize=8)
    ax.minorticks_off()
    ax.set_xlabel("rows, n")
    ax.set_ylabel("seconds")
    ax.set_title(title, fontsize=10)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color="0.92", linewidth=0.6)
    ax.legend(frameon=False, fontsize=9)
    figure.savefig(path, dpi=150)
    plt.close(figure)
