"""The result of a comparison: numbers, findings, report, figure and page."""

import warnings
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from skresample._pages import NO_MATH, Report, plain
from skresample._support import import_extra
from skresample.compare.arrays import Floats
from skresample.compare.methods import NO_RESAMPLING, Method
from skresample.compare.metrics import Metric
from skresample.compare.statistics import corrected_interval

__all__ = ["Comparison"]

# The metrics of `findings`; F1 is that of the smallest class.
FINDINGS = ("F1", "balanced accuracy", "average precision", "Brier")
KEY_TEXT = (
    "Each cell: mean over the folds, change from no resampling ± half-width of its\n95 % CI; "
    "* = CI excludes zero."
)
KEY = (
    "Each cell: mean over the folds, change from no resampling and its 95 % CI; color = CI "
    "excludes zero: green for better, red for worse."
)
CAUTION = (
    "Better and worse: the 95 % CI of the difference excludes zero. CIs are not corrected for "
    "multiple comparisons: about 1 in 20 excludes zero by chance."
)
COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


@dataclass(eq=False, repr=False)
class Comparison(Report):
    """The result of `compare`: print it, or use `to_frame`, `plot` and `to_html`.

    A notebook displays it as the page of `to_html`.

    Parameters
    ----------
    classes : list
        Class labels.
    support : list of int
        Rows per class.
    n_features : int
        Number of columns of the table.
    estimators : list of str
        Names of the classifiers.
    compared : list of Method
        The baselines and the samplers: their names, and what each of them is.
    metrics : list of Metric
        Names and directions of the metrics.
    scores : ndarray of shape (n_estimators, n_methods, n_folds, n_metrics)
        One score per held-out fold; NaN if there is none.
    test_ratio : float
        Number of held-out rows per training row.
    protocol : str
        The cross-validation, in words.
    notes : list of str
        Encoders in front of classifiers, and fits that failed or warned.
    seconds : float
        Run time of the comparison.
    encoded : list of str
        Names of the classifiers with an encoder in front; the notes say why.
    """

    classes: list[Any]
    support: list[int]
    n_features: int
    estimators: list[str]
    compared: list[Method]
    metrics: list[Metric]
    scores: Floats
    test_ratio: float
    protocol: str
    notes: list[str]
    seconds: float
    encoded: list[str] = field(default_factory=list)

    _title: ClassVar[str] = "Does oversampling help?"
    _template: ClassVar[str] = "compare.html.jinja"

    @property
    def methods(self) -> list[str]:
        """Names of the baselines and the samplers, in the order of `scores`."""
        return [method.name for method in self.compared]

    @property
    def test_share(self) -> float:
        """The former name of `test_ratio`."""
        warnings.warn("test_share is now test_ratio.", FutureWarning, stacklevel=2)
        return self.test_ratio

    def difference(self, reference: int | str = NO_RESAMPLING) -> tuple[Floats, Floats, Floats]:
        """Compare each method with one of them, fold by fold.

        Parameters
        ----------
        reference : int or str, default='no resampling'
            The method to compare with: its name or its position in `methods`.

        Returns
        -------
        mean, low, high : ndarray of shape (n_estimators, n_methods, n_metrics)
            Mean difference and its 95 % CI (corrected resampled t-test).
        """
        if isinstance(reference, str):
            reference = self.methods.index(reference)
        by_fold = np.moveaxis(self.scores - self.scores[:, [reference]], 2, 0)
        low, high = corrected_interval(by_fold, self.test_ratio)
        return by_fold.mean(axis=0), low, high

    def to_frame(self) -> Any:
        """Return one row per classifier, method and metric; needs pandas.

        Returns
        -------
        frame : pandas.DataFrame
            Columns ``estimator``, ``sampler`` (the method), ``class`` (None for summaries),
            ``metric``, ``support``, ``before`` and ``after`` (means over the folds without
            resampling and with the method), ``difference``, and ``low`` and ``high``, its 95 % CI.
        """
        pd = import_extra("pandas", "cli")
        shape = len(self.estimators), len(self.methods), len(self.metrics)
        e, m, j = np.indices(shape).reshape(3, -1)
        after = self.scores.mean(axis=2)
        before = np.broadcast_to(after[:, [self.methods.index(NO_RESAMPLING)]], shape)
        support = dict(zip(self.classes, self.support, strict=True))
        # As objects: next to None, whole numbers would become floats.
        labels = pd.Series([self.metrics[i].label for i in j], dtype=object)
        columns = {
            "estimator": [self.estimators[i] for i in e],
            "sampler": [self.methods[i] for i in m],
            "class": labels,
            "metric": [self.metrics[i].name for i in j],
            "support": [support.get(label, sum(self.support)) for label in labels],
        }
        names = ("before", "after", "difference", "low", "high")
        values = (before, after, *self.difference())
        return pd.DataFrame(columns | {n: v.ravel() for n, v in zip(names, values, strict=True)})

    def findings(self) -> list[str]:
        """Say in a sentence each which oversamplers are better than simpler methods.

        Returns
        -------
        sentences : list of str
            For each classifier and four metrics, the oversamplers that are better than no
            resampling and, if the metric depends on the threshold, than the threshold tuned for
            it. Then those that are worse. The 95 % CI of the difference decides.
        """
        smallest = self.classes[int(np.argmin(self.support))]
        sentences = []
        for e, estimator in enumerate(self.estimators):
            for name in FINDINGS:
                for j, metric in enumerate(self.metrics):
                    if metric.name == name and metric.label in (None, smallest):
                        of = "" if metric.label is None else f" of class {metric.label}"
                        sentences.append(f"{estimator}, {name}{of}: {self._finding(e, j)}.")
        return list(map(plain, sentences))

    def _finding(self, e: int, j: int) -> str:
        """Say which oversamplers are better than all rivals, and which are worse than the last."""
        metric = self.metrics[j]
        scored = np.isfinite(self.scores[e, :, :, j]).all(axis=1)
        rivals, samplers = [], []
        for m in np.flatnonzero(scored).tolist():
            method = self.compared[m]
            if method.kind == "sampler":
                samplers.append(m)
            elif method.kind == "no resampling" or method.metric == metric.name:
                rivals.append(m)
        if not rivals or not samplers:
            return "not measured (see the notes)"
        sign = 1 if metric.higher_is_better else -1
        bounds = [
            np.sort([sign * b[e, :, j] for b in self.difference(m)[1:]], axis=0) for m in rivals
        ]
        better = [m for m in samplers if all(low[m] > 0 for low, _ in bounds)]
        worse = [m for m in samplers if bounds[-1][1][m] < 0]
        names = [self.methods[m] for m in rivals]
        both = "both " if len(names) > 1 else ""
        subject = self._subject(better, len(samplers), " oversamplers")
        sentence = f"{subject} better than {both}{' and '.join(names)}"
        if worse:
            sentence += f"; {self._subject(worse, len(samplers))} worse than {names[-1]}"
        return sentence

    def _subject(self, some: list[int], n: int, noun: str = "") -> str:
        """Return how many of n oversamplers, their names, and the verb."""
        verb = "are" if len(some) > 1 else "is"
        if len(some) == n > 1:
            return f"all {n}{noun} {verb}"
        count = f"{len(some) or 'none'}" + (f" of {n}{noun}" if noun else "")
        names = f" ({', '.join(self.methods[m] for m in some)})" if some else ""
        return f"{count}{names} {verb}"

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
            lines.append(f"{', '.join(self.encoded)}: with a TableEncoder in front (see the notes)")
        return list(map(plain, lines))

    def _tables(self) -> list[tuple[str, list[int]]]:
        """Return the title of each table, the smallest class first, and its metrics."""
        by_support = np.argsort(self.support, kind="stable").tolist()
        metrics = list(enumerate(self.metrics))
        tables = []
        for c in by_support:
            title = f"class {self.classes[c]} (support {self.support[c]:,})"
            tables.append((title, [j for j, m in metrics if m.label == self.classes[c]]))
        for kind in ("ranking", "decisions", "probabilities"):
            shown = [j for j, m in metrics if m.label is None and m.depends_on == kind]
            tables.append((f"all classes: {kind}", shown))
        return tables

    def __str__(self) -> str:
        mean, _, high = self.difference()
        after = self.scores.mean(axis=2)
        lines = [*self._heading(), "", "Findings", "========", *self.findings(), CAUTION]
        lines += ["", KEY_TEXT]
        for e, estimator in enumerate(map(plain, self.estimators)):
            lines += ["", estimator, "=" * len(estimator)]
            for title, shown in self._tables():
                columns = [["", *map(plain, self.methods)]]
                for j in shown:
                    cells = [_head(self.metrics[j])]
                    for m, method in enumerate(self.compared):
                        cell = _number(after[e, m, j])
                        half = high[e, m, j] - mean[e, m, j]
                        if method.kind != "no resampling" and not np.isnan(after[e, m, j]):
                            star = "*" if abs(mean[e, m, j]) > half else " "
                            cell += f" {_number(mean[e, m, j], '+')}±{_number(half)}{star}"
                        cells.append(cell)
                    columns.append(cells)
                widths = [max(map(len, column)) for column in columns]
                lines += ["", plain(title)]
                for row in zip(*columns, strict=True):
                    lines.append(" ".join(map(str.ljust, row, widths)).rstrip())
        if self.notes:
            lines += ["", "Notes", "=====", *map(plain, self.notes)]
        return "\n".join(lines)

    __repr__ = __str__

    def _values(self) -> dict[str, Any]:
        mean, low, high = self.difference()
        after = self.scores.mean(axis=2)

        def cell(*at: int) -> tuple[str, str, str]:
            """Return a mean score, its change, and whether that is better or worse."""
            change, verdict = "", "same"
            if self.compared[at[1]].kind != "no resampling" and not np.isnan(mean[at]):
                ends = _number(low[at], "+"), _number(high[at], "+")
                change = f"{_number(mean[at], '+')} [{', '.join(ends)}]"
            if low[at] > 0 or high[at] < 0:
                higher = self.metrics[at[2]].higher_is_better
                verdict = "better" if (mean[at] > 0) == higher else "worse"
            return _number(after[at]), change, verdict

        def table(e: int, title: str, shown: list[int]) -> tuple[str, list[str], list[Any]]:
            rows = [
                (method, [cell(e, m, j) for j in shown]) for m, method in enumerate(self.methods)
            ]
            return title, [_head(self.metrics[j]) for j in shown], rows

        return {
            "heading": self._heading(),
            "findings": self.findings(),
            "caution": CAUTION,
            "key": KEY,
            "estimators": [
                (estimator, [table(e, *one) for one in self._tables()])
                for e, estimator in enumerate(self.estimators)
            ],
            "notes": self.notes,
        }

    def plot(self) -> Any:
        """Draw the change from no resampling with its 95 % CI, for every metric.

        Returns
        -------
        figure : matplotlib.figure.Figure
            Two rows of panels per classifier, with a line per method; precision, recall and F1
            have a color per class.
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
        columns = max(1, min(len(labels), 6))
        style = {"loc": "outside upper left", "fontsize": 8, "frameon": False}
        for text in figure.legend(handles, labels, ncols=columns, **style).get_texts():
            text.set(**NO_MATH)
        figure.supxlabel(
            "change from no resampling with 95 % CI (the arrow points to better)", fontsize=9
        )
        return figure

    def _draw_panel(self, ax: Any, e: int, name: str) -> None:
        """Draw the differences in one metric, for each of its classes."""
        shown = [m for m, method in enumerate(self.compared) if method.kind != "no resampling"]
        mean, low, high = (part[e, shown] for part in self.difference())
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
                color=COLORS[rank % len(COLORS)] if per_class else "0.25",
                label=plain(f"class {self.metrics[j].label}") if per_class else None,
            )
        arrow = "→" if self.metrics[columns[0]].higher_is_better else "←"
        ax.set_title(f"{name} {arrow}", fontsize=9)
        ax.set_yticks(y, [plain(self.methods[m]) for m in shown], fontsize=8, **NO_MATH)
        ax.tick_params(axis="x", labelsize=7)
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="y", color="0.92", linewidth=0.6)
        ax.locator_params(axis="x", nbins=5)


def _head(metric: Metric) -> str:
    return metric.name if metric.higher_is_better else f"{metric.name} (lower is better)"


def _number(value: float, sign: str = "") -> str:
    return "–" if np.isnan(value) else f"{value:{sign}.3f}".replace("-", "−")
