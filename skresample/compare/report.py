"""What a comparison found, as a table, a picture and a page."""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from skresample._pages import NO_MATH, STYLE, data_uri, plain, write_page
from skresample.compare.metrics import Metric
from skresample.compare.statistics import corrected_interval
from skresample.utils import import_extra

__all__ = ["Comparison"]

Floats = npt.NDArray[np.floating]

# Positions in the methods. A threshold does not change what depends on probabilities only; of
# decisions, a sampler must beat the threshold that was tuned for the same aim.
BEFORE, FIRST_SAMPLER = 0, 4
THRESHOLD_FOR = {"balanced accuracy": 2, "F1": 3}


@dataclass(eq=False, repr=False)
class Comparison:
    """What `compare` found.

    Print it for the report, or see `to_frame`, `plot` and `to_html`. In a notebook it
    shows itself as the page.

    Parameters
    ----------
    classes : list
        Class labels.
    support : list of int
        Rows per class.
    n_features : int
        Columns of the table.
    estimators, methods : list of str
        Names of the classifiers, and of the baselines and samplers.
    metrics : list of Metric
        What they were judged by.
    scores : ndarray of shape (n_estimators, n_methods, n_folds, n_metrics)
        One score per held-out fold; NaN where there is none.
    test_share : float
        Held-out rows per training row.
    protocol : str
        The folds, in words.
    notes : list of str
        Encoders that were put in front, and fits that failed or warned.
    seconds : float
        How long it took.
    encoded : list of str
        Names of the classifiers that an encoder was put in front of; the notes say why.
    """

    classes: list[Any]
    support: list[int]
    n_features: int
    estimators: list[str]
    methods: list[str]
    metrics: list[Metric]
    scores: Floats
    test_share: float
    protocol: str
    notes: list[str]
    seconds: float
    encoded: list[str] = field(default_factory=list)

    def difference(self, reference: int = BEFORE) -> tuple[Floats, Floats, Floats]:
        """Compare each method with one of them, fold by fold.

        Parameters
        ----------
        reference : int, default=0
            Position in `methods`; 0 is nothing.

        Returns
        -------
        mean, low, high : ndarray of shape (n_estimators, n_methods, n_metrics)
            Mean difference and its 95 % interval (corrected resampled t).
        """
        paired = self.scores - self.scores[:, [reference]]
        by_fold = np.moveaxis(paired, 2, 0)
        low, high = corrected_interval(by_fold, self.test_share)
        return by_fold.mean(axis=0), low, high

    def to_frame(self) -> Any:
        """Return one row per classifier, method and metric.

        Returns
        -------
        frame : pandas.DataFrame
            Columns ``estimator``, ``sampler``, ``class`` (None for summaries), ``metric``,
            ``support``, ``before``, ``after``, ``difference``, ``low`` and ``high``: the
            mean over the folds without resampling and with it, their difference and its
            95 % interval.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pd = import_extra("pandas", "cli")
        means = self.scores.mean(axis=2)
        mean, low, high = self.difference()
        support = dict(zip(self.classes, self.support, strict=True))
        frame = pd.DataFrame(
            {
                "estimator": estimator,
                "sampler": method,
                "metric": metric.name,
                "support": support.get(metric.label, sum(self.support)),
                "before": means[e, BEFORE, j],
                "after": means[e, m, j],
                "difference": mean[e, m, j],
                "low": low[e, m, j],
                "high": high[e, m, j],
            }
            for e, estimator in enumerate(self.estimators)
            for m, method in enumerate(self.methods)
            for j, metric in enumerate(self.metrics)
        )
        # As objects, since beside None whole numbers would become floats.
        labels = [m.label for m in self.metrics] * (len(self.estimators) * len(self.methods))
        frame.insert(2, "class", pd.Series(labels, dtype=object))
        return frame

    def findings(self) -> list[str]:
        """Say in a few sentences what over-sampling gained, and what does as well without it.

        Returns
        -------
        sentences : list of str
            For each classifier, how many over-samplers beat both nothing and the tuned
            threshold (in what depends on the decision) or nothing (in what depends on the
            probabilities), and how many lose to it, as far as the 95 % intervals tell.
        """
        smallest = self.classes[int(np.argmin(self.support))]
        told = [
            Metric("F1", smallest),
            Metric("balanced accuracy"),
            Metric("average precision"),
            Metric("Brier", higher_is_better=False),
        ]
        sentences = []
        for e, estimator in enumerate(self.estimators):
            for metric in told:
                j = self.metrics.index(metric)
                tuned = THRESHOLD_FOR.get(metric.name)
                rivals = (BEFORE,) if tuned is None else (BEFORE, tuned)
                of = f" of {metric.label}" if metric.label is not None else ""
                said = f"{estimator}, {metric.name}{of}: {self._told(e, j, rivals)}."
                sentences.append(plain(said))
        return sentences

    def _told(self, e: int, j: int, rivals: tuple[int, ...]) -> str:
        """Say which over-samplers beat all rivals in a metric, and which lose to the last."""
        scored = np.asarray(np.isfinite(self.scores[e, :, :, j]).all(axis=1))
        rivals = tuple(m for m in rivals if scored[m])
        samplers = [m for m in range(FIRST_SAMPLER, len(self.methods)) if scored[m]]
        if not rivals or not samplers:
            return "not measured (see the notes)"
        sign = 1 if self.metrics[j].higher_is_better else -1
        bounds: list[tuple[Floats, Floats]] = []
        for rival in rivals:
            _, low, high = self.difference(rival)
            ends = np.stack([sign * low[e, :, j], sign * high[e, :, j]])
            bounds.append((ends.min(axis=0), ends.max(axis=0)))
        best = [m for m in samplers if all(low[m] > 0 for low, _ in bounds)]
        worst = [m for m in samplers if bounds[-1][1][m] < 0]
        names = [self.methods[rival] for rival in rivals]
        of_all = f"of {len(samplers)} over-samplers,"
        both = "both " if len(names) > 1 else ""
        said = f"{of_all} {self._listed(best, samplers, 'beat')} {both}{' and '.join(names)}"
        if worst:
            said += f"; {self._listed(worst, samplers, 'lose')} to {names[-1]}"
        return said

    def _listed(self, some: list[int], samplers: list[int], verb: str) -> str:
        if not some:
            return f"none {verb}s"
        if len(some) == len(samplers) > 1:
            return f"all {verb}"
        names = ", ".join(self.methods[m] for m in some)
        return f"{len(some)} ({names}) {verb if len(some) > 1 else verb + 's'}"

    def _heading(self) -> list[str]:
        classes = ", ".join(
            f"{label} {n:,}" for label, n in zip(self.classes, self.support, strict=True)
        )
        lines = [
            f"{sum(self.support):,} rows, {self.n_features} features; rows per class: {classes}",
            f"{self.protocol}; resampling inside the training folds only",
            f"{self.scores[..., 0].size:,} fits in {self.seconds:.0f} s",
        ]
        if self.encoded:
            lines.append(f"an encoder was put in front of {', '.join(self.encoded)}: see the notes")
        return list(map(plain, lines))

    def _tables(self) -> Iterator[tuple[str, str, list[Metric]]]:
        """Yield classifier, title and metrics of each table; the smallest class first."""
        by_support = np.argsort(self.support, kind="stable").tolist()
        for estimator in self.estimators:
            for c in by_support:
                lines = [m for m in self.metrics if m.label == self.classes[c]]
                title = plain(f"class {self.classes[c]} (support {self.support[c]:,})")
                yield estimator, title, lines
            summaries = [m for m in self.metrics if m.label is None]
            yield estimator, "all classes", summaries[:3]
            yield estimator, "", summaries[3:5]
            yield estimator, "", summaries[5:]

    def __str__(self) -> str:
        mean, _, high = self.difference()
        means = self.scores.mean(axis=2)
        lines = [*self._heading(), KEY_TEXT]
        last = None
        for estimator, title, metrics in self._tables():
            if estimator != last:
                heading = plain(estimator)
                lines += ["", heading, "=" * len(heading)]
                last = estimator
            e = self.estimators.index(estimator)
            columns = [["", *map(plain, self.methods)]]
            for metric in metrics:
                j = self.metrics.index(metric)
                cells = [
                    _cell(means[e, m, j], mean[e, m, j], high[e, m, j] - mean[e, m, j], m)
                    for m in range(len(self.methods))
                ]
                columns.append([_head(metric), *cells])
            lines += ["", *([title] if title else []), *_columns(columns)]
        lines += ["", "In short", "========", *self.findings(), CAUTION]
        if self.notes:
            lines += ["", "Notes", "=====", *map(plain, self.notes)]
        return "\n".join(lines)

    __repr__ = __str__

    def plot(self) -> Any:
        """Draw the difference to nothing with its 95 % interval, for every metric.

        Returns
        -------
        figure : matplotlib.figure.Figure
            Two rows of panels per classifier, a line per method; the lines of the
            classification report in one colour per class.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        plt = import_extra("matplotlib.pyplot", "cli")
        names = list(dict.fromkeys(m.name for m in self.metrics))
        per_row = (len(names) + 1) // 2
        n_lines = (len(self.methods) - 1) * max(1, len(self.classes) / 2)
        figure, axes = plt.subplots(
            2 * len(self.estimators),
            per_row,
            figsize=(11, (0.19 * n_lines + 0.75) * 2 * len(self.estimators) + 0.7),
            sharey=True,
            squeeze=False,
            layout="constrained",
        )
        for e, estimator in enumerate(self.estimators):
            panels = axes[2 * e : 2 * e + 2].ravel()
            for ax, name in zip(panels, names, strict=False):
                self._draw_panel(ax, e, name)
            for ax in panels[len(names) :]:
                ax.set_axis_off()
            for ax in panels[::per_row]:
                ax.set_ylabel(plain(estimator), fontsize=9, **NO_MATH)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        legend = figure.legend(
            handles,
            labels,
            loc="outside upper left",
            ncols=max(1, min(len(labels), 6)),
            fontsize=8,
            frameon=False,
        )
        for text in legend.get_texts():
            text.set(**NO_MATH)
        figure.supxlabel(
            "difference to nothing, with its 95 % interval (the arrow points to better)", fontsize=9
        )
        return figure

    def _draw_panel(self, ax: Any, e: int, name: str) -> None:
        """Draw the differences in one metric, for each class that it is about."""
        mean, low, high = (part[e, 1:] for part in self.difference())
        shown = self.methods[1:]
        y = np.arange(len(shown))[::-1]
        columns = [j for j, metric in enumerate(self.metrics) if metric.name == name]
        per_class = self.metrics[columns[0]].label is not None
        if per_class:
            columns = [columns[c] for c in np.argsort(self.support, kind="stable")]
        ax.axvline(0, color="0.6", linewidth=0.8)
        for rank, j in enumerate(columns):
            shift = (rank - (len(columns) - 1) / 2) * 0.7 / len(columns)
            ax.errorbar(
                mean[:, j],
                y - shift,
                xerr=np.stack([mean[:, j] - low[:, j], high[:, j] - mean[:, j]]),
                fmt="o",
                markersize=3.5,
                linewidth=1.3,
                color=COLOURS[rank % len(COLOURS)] if per_class else "0.25",
                label=plain(f"class {self.metrics[j].label}") if per_class else None,
            )
        arrow = "→" if self.metrics[columns[0]].higher_is_better else "←"
        ax.set_title(f"{name} {arrow}", fontsize=9)
        ax.set_yticks(y, list(map(plain, shown)), fontsize=8, **NO_MATH)
        ax.tick_params(axis="x", labelsize=7)
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="y", color="0.92", linewidth=0.6)
        ax.locator_params(axis="x", nbins=5)

    def to_html(self, path: Any, *, overwrite: bool = False) -> Path:
        """Write the report as one self-contained page, pictures inside.

        Parameters
        ----------
        path : str or path-like
            Where to. Its directory must exist.
        overwrite : bool, default=False
            Whether a file that is there may be replaced.

        Returns
        -------
        path : pathlib.Path
            The page.

        Raises
        ------
        FileExistsError
            If the file is there and `overwrite` is False. Nothing is written then.
        ImportError
            If matplotlib is not installed.
        """
        import_extra("matplotlib.pyplot", "cli")  # a page without its pictures was not asked for
        return write_page(path, "What over-sampling gains", self._repr_html_(), overwrite=overwrite)

    def _repr_html_(self) -> str:
        mean, low, high = self.difference()
        means = self.scores.mean(axis=2)
        escape = html.escape
        parts = [
            f'<div class="skresample-report"><style>{STYLE}</style>',
            "<h1>What over-sampling gains</h1>",
        ]
        parts += [f"<p>{escape(line)}</p>" for line in self._heading()]
        parts.append("<h2>In short</h2><ul>")
        parts += [f"<li>{escape(sentence)}</li>" for sentence in self.findings()]
        parts.append(f"</ul><p>{escape(CAUTION)}</p>")
        try:
            picture = f'<img alt="differences" src="{data_uri(self.plot())}">'
        except ImportError as error:  # in a notebook the tables are better than nothing
            picture = f"<p>{escape(str(error))}</p>"
        parts.append(f"<h2>Differences</h2>{picture}")
        last = None
        for estimator, title, metrics in self._tables():
            if estimator != last:
                parts.append(f"<h2>{escape(plain(estimator))}</h2><p>{escape(KEY)}</p>")
                last = estimator
            e = self.estimators.index(estimator)
            heads = "".join(f'<th colspan="2">{escape(_head(m))}</th>' for m in metrics)
            parts.append(f"<table><tr><th>{escape(title)}</th>{heads}</tr>")
            for i, method in enumerate(self.methods):
                row = [f"<tr><th>{escape(plain(method))}</th>"]
                for metric in metrics:
                    j = self.metrics.index(metric)
                    at = e, i, j
                    gain, text = _verdict(mean[at], low[at], high[at], metric), ""
                    if i != BEFORE and not np.isnan(mean[at]):
                        text = f"{_signed(mean[at])} [{_signed(low[at])}, {_signed(high[at])}]"
                    row.append(f'<td>{_plain(means[at])}</td><td class="{gain}">{text}</td>')
                parts.append("".join(row) + "</tr>")
            parts.append("</table>")
        if self.notes:
            notes = "".join(f"<li>{escape(plain(note))}</li>" for note in self.notes)
            parts.append(f"<h2>Notes</h2><ul>{notes}</ul>")
        return "\n".join([*parts, "</div>"])


KEY_TEXT = (
    "Each cell: the mean over the folds, its difference to nothing (the state before), and how\n"
    "far the 95 % interval of that reaches to both sides; * where it leaves out zero."
)
KEY = (
    "Each cell: the mean over the folds, its difference to nothing (the state before) and the 95 % "
    "interval of that; coloured where it leaves out zero: green for better, red for worse."
)
CAUTION = (
    "Each interval stands for itself: of many that compare equal methods, one in twenty leaves out "
    "zero by chance."
)
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def _head(metric: Metric) -> str:
    return metric.name if metric.higher_is_better else f"{metric.name} (less: better)"


def _plain(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}".replace("-", "−")


def _signed(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:+.3f}".replace("-", "−")


def _columns(columns: list[list[str]]) -> list[str]:
    """Return the lines of a table; every column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in zip(*columns, strict=True)
    ]


def _cell(after: float, difference: float, half_width: float, method: int) -> str:
    if method == BEFORE or np.isnan(after):
        return _short(after)
    star = "*" if abs(difference) > half_width else ""
    return f"{_short(after)} {_short(difference, '+')} ±{_short(half_width)}{star}"


def _short(value: float, sign: str = "-") -> str:
    """Write a number in as few characters as a terminal has room for: .123 for 0.123."""
    if np.isnan(value):
        return "–"
    text = f"{value:{sign}.3f}".replace("-", "−")
    return text.replace("0.", ".", 1) if abs(value) < 0.9995 else text


def _verdict(difference: float, low: float, high: float, metric: Metric) -> str:
    if low > 0 or high < 0:
        return "better" if (difference > 0) == metric.higher_is_better else "worse"
    return "same"
