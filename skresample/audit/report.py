"""The report of an audit, as text, a table, a picture and a page."""

import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from skresample._pages import NO_MATH, Report, plain
from skresample._support import import_extra
from skresample.audit.answers import LOOK_CLOSER, NO_PROBLEM, NOT_JUDGED, PROBLEM, Answer, Check

__all__ = ["AuditReport"]

WIDTH = 100
KEY = (
    "Value: measured on the synthetic rows. Real: what real rows score in the same check, with "
    "the same number of rows. 95 % CI: confidence interval of the value."
)
CAUTION = (
    "No problem found means that these checks found none. It does not prove that nobody can be "
    "re-identified or disadvantaged, and it is not legal advice."
)
MARKS = {NO_PROBLEM: "✓", LOOK_CLOSER: "?", PROBLEM: "✗", NOT_JUDGED: "–"}
CLASSES = {NO_PROBLEM: "fine", LOOK_CLOSER: "closer", PROBLEM: "problem", NOT_JUDGED: "unjudged"}
COLORS = {"real": "#0072b2", "synthetic": "#d55e00"}
# Rows without a value in common are further apart than this.
NOTHING_IN_COMMON = 1e100
# Names of questions and checks in version 0.1.
RENAMED = {
    "valid": "validity",
    "faithful": "fidelity",
    "varied": "diversity",
    "private": "privacy",
    "useful": "utility",
    "fair": "fairness",
    "whole numbers and missing values": "integers and missing values",
    "categories never seen": "unseen categories",
    "combinations never seen": "unseen combinations",
    "repeated rows": "duplicates",
    "whole": "joint distribution",
    "distance to the closest record": "distance to closest record",
    "membership": "membership inference",
    "certain membership": "membership inference at 1 % FPR",
    "nearest-neighbor ratio": "nearest-neighbor distance ratio",
    "attributes": "attribute inference",
    "ranking": "ROC AUC",
    "decisions": "balanced accuracy",
    "synthetic rows in place of real ones": "training on synthetic rows only",
    "shares of groups": "proportions of groups",
}


class Renamed(dict[str, Any]):
    """A dictionary that also has its values under their names in version 0.1, with a warning."""

    def __missing__(self, key: str) -> Any:
        name = RENAMED.get(key)
        if name is None or name not in self:
            raise KeyError(key)
        message = f"{key!r} is now {name!r}: the old name will be removed in the next version."
        warnings.warn(message, FutureWarning, stacklevel=2)
        return self[name]


@dataclass(eq=False, repr=False)
class AuditReport(Report):
    """The report of `audit`: print it, or use `to_dict`, `to_frame`, `plot` and `to_html`.

    A notebook displays it as the page of `to_html`. There is no overall score.

    Parameters
    ----------
    answers : dict of Answer
        The answers by question: ``validity``, ``fidelity``, ``diversity``, ``privacy``,
        ``utility`` and ``fairness``.
    sizes : dict of int
        Number of rows of each table.
    notes : list of str
        What was left out.
    seconds : float
        Run time.
    """

    answers: dict[str, Answer]
    sizes: dict[str, int]
    notes: list[str]
    seconds: float

    _title: ClassVar[str] = "Audit of synthetic data"
    _template: ClassVar[str] = "audit.html.jinja"

    def __post_init__(self) -> None:
        self.answers = Renamed(self.answers)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return all answers as plain values.

        Returns
        -------
        answers : dict of dict
            For each question the ``value``, ``reference`` (of real rows), ``interval`` (95 %),
            ``sentence`` and ``verdict`` of its worst check, and under ``checks`` the same of
            each check. Numbers of checks that cannot be judged are None.
        """
        return Renamed(
            {
                name: one.headline.to_dict()
                | {"checks": Renamed({check.name: check.to_dict() for check in one.checks})}
                for name, one in self.answers.items()
            }
        )

    def to_frame(self) -> Any:
        """Return one row per check; needs pandas.

        Returns
        -------
        frame : pandas.DataFrame
            Columns ``question``, ``check``, ``value``, ``reference``, ``low``, ``high``,
            ``verdict`` and ``sentence``.
        """
        pd = import_extra("pandas", "cli")
        rows = []
        for name, one in self.answers.items():
            for check in one.checks:
                numbers = check.value, check.reference, *(check.interval or (None, None))
                rows.append((name, check.name, *numbers, check.verdict, check.sentence))
        columns = ["question", "check", "value", "reference", "low", "high", "verdict", "sentence"]
        numerical = dict.fromkeys(columns[2:6], float)
        return pd.DataFrame(rows, columns=columns).astype(numerical)

    def _heading(self) -> str:
        sizes = ", ".join(f"{n:,} {name}" for name, n in self.sizes.items())
        return f"{sizes} rows; {self.seconds:.0f} s"

    def __str__(self) -> str:
        lines = [self._title, "=" * len(self._title), *_wrapped(self._heading()), ""]
        for name, one in self.answers.items():
            lines.append(f"{MARKS[one.verdict]} {name.capitalize():<11}{one.verdict}")
            lines += _wrapped(one.headline.sentence, 13)
        lines += ["", *_wrapped(CAUTION), "", *_wrapped(KEY)]
        for one in self.answers.values():
            lines += ["", one.question, "-" * len(one.question)]
            names = max(len(plain(check.name)) for check in one.checks)
            for check in one.checks:
                numbers = f"{_number(check.value):>7}{_number(check.reference):>9} real  "
                numbers += f"{_interval(check):<18}"
                lines.append(f"{plain(check.name):<{names}}{numbers}{check.verdict}".rstrip())
                lines += _wrapped(check.sentence, 4)
        if self.notes:
            lines += ["", "Notes", "-----"]
            for note in self.notes:
                lines += _wrapped(f"{note}.")
        return "\n".join(lines)

    __repr__ = __str__

    def plot(self) -> Any:
        """Draw the columns, the distances, the attacks and the groups, as far as there are any.

        Returns
        -------
        figure : matplotlib.figure.Figure
            One panel each.
        """
        plt = import_extra("matplotlib.pyplot", "cli")
        pictures = {k: v for one in self.answers.values() for k, v in one.pictures.items()}
        shown = [(draw, pictures[name]) for name, draw in PANELS.items() if pictures.get(name)]
        n = max(1, len(shown))
        rows = (n + 1) // 2
        figure, axes = plt.subplots(
            rows, min(n, 2), figsize=(11, 3.9 * rows), squeeze=False, layout="constrained"
        )
        for ax in axes.ravel()[len(shown) :]:
            ax.set_axis_off()
        for ax, (draw, data) in zip(axes.ravel(), shown, strict=False):
            draw(ax, data)
            ax.legend(fontsize=8, frameon=False, loc="lower right")
            ax.spines[["top", "right"]].set_visible(False)
            ax.tick_params(labelsize=8)
        return figure

    def _values(self) -> dict[str, Any]:
        return {
            "heading": [self._heading()],
            "answers": self.answers,
            "classes": CLASSES,
            "caution": CAUTION,
            "key": KEY,
            "number": _number,
            "interval": _interval,
            "notes": self.notes,
        }


def _wrapped(text: str, indent: int = 0) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(
        plain(text), WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )


def _number(value: Any) -> str:
    """Format the cell of a table."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, float | np.floating):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int | np.integer) else str(value)


def _interval(check: Check) -> str:
    if check.interval is None:
        return ""
    return f"[{check.interval[0]:.3f}, {check.interval[1]:.3f}]"


def _draw_columns(ax: Any, data: list[tuple[str, float, float]]) -> None:
    shown = data[:15][::-1]
    y = np.arange(len(shown))
    ax.barh(y, [value for _, value, _ in shown], height=0.6, color=COLORS["synthetic"])
    ax.scatter(
        [reference for *_, reference in shown],
        y,
        marker="|",
        s=90,
        color="black",
        label="two real samples",
        zorder=3,
    )
    names = [plain(name) for name, *_ in shown]
    ax.set_yticks(y, [name if len(name) < 28 else f"{name[:26]}…" for name in names], **NO_MATH)
    ax.set_title("Distance of distributions by column", fontsize=10)


def _draw_nearest(ax: Any, data: tuple[Any, Any]) -> None:
    for name, distances in zip(("real", "synthetic"), data, strict=True):
        shown = distances[distances < NOTHING_IN_COMMON]
        if shown.size:
            ax.ecdf(shown, color=COLORS[name], label=f"from a {name} row")
    ax.set_title("Distance to the nearest (other) real row", fontsize=10)
    ax.set_xlabel("standard deviations of the columns", fontsize=8)
    ax.set_ylabel("proportion of rows", fontsize=8)


def _draw_membership(ax: Any, data: dict[str, tuple[Any, Any]]) -> None:
    for color, (name, (false, true)) in zip(COLORS.values(), data.items(), strict=False):
        ax.plot(np.maximum(false, 1e-3), np.maximum(true, 1e-3), color=color, label=name)
    line = np.array([1e-3, 1])
    ax.plot(line, line, color="0.6", linestyle=":", label="guessing")
    ax.set(xscale="log", yscale="log", xlim=(1e-3, 1), ylim=(1e-3, 1))
    ax.set_title("Membership inference", fontsize=10)
    ax.set_xlabel("false positive rate", fontsize=8)
    ax.set_ylabel("true positive rate", fontsize=8)


def _draw_groups(ax: Any, data: list[tuple[str, list[list[Any]]]]) -> None:
    title, cells = data[0]
    shown = cells[1:16][::-1]
    y = np.arange(len(shown))
    for shift, column, name in ((0.2, 3, "real"), (-0.2, 5, "synthetic")):
        proportions = [row[column] for row in shown]
        ax.barh(y + shift, proportions, height=0.38, color=COLORS[name], label=name)
    ax.set_yticks(y, [plain(f"{row[0]}, {row[1]}") for row in shown], **NO_MATH)
    ax.set_title(plain(f"{title}: proportions"), fontsize=10, **NO_MATH)


PANELS: dict[str, Callable[..., None]] = {
    "columns": _draw_columns,
    "nearest": _draw_nearest,
    "membership": _draw_membership,
    "groups": _draw_groups,
}
